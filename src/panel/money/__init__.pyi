from .addresses import is_own as is_own, owner_of as owner_of
from .budget import Budget as Budget, PRICE_LINE as PRICE_LINE, Reservation as Reservation
from .estimates import Estimate as Estimate, PlannedCall as PlannedCall, estimate as estimate, tokens_of as tokens_of
from .prices import Price as Price, PriceClass as PriceClass, is_billed as is_billed, price as price
from .prices import worst_case as worst_case
from .savings import Saved as Saved, Savings as Savings
