from .estimates import Estimate as Estimate, PlannedCall as PlannedCall, estimate as estimate, tokens_of as tokens_of
from .prices import PRICE_LINE as PRICE_LINE, Price as Price, is_billed as is_billed, price as price
from .prices import worst_case as worst_case
from .savings import Saved as Saved, Savings as Savings
