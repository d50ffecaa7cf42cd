from .addresses import is_own as is_own, owner_of as owner_of
from .estimates import Estimate as Estimate, PlannedCall as PlannedCall, estimate as estimate
from .estimates import price_sentence as price_sentence, refuse_unpriced as refuse_unpriced, tokens_of as tokens_of
from .prices import PRICE_LINE as PRICE_LINE, Price as Price, PriceClass as PriceClass, is_billed as is_billed
from .prices import price as price, worst_case as worst_case
from .savings import Saved as Saved, Savings as Savings
