from .amounts import Quantity as Quantity, Rate as Rate, Tariff as Tariff
from .amounts import first_money as first_money, further_in as further_in, included_in as included_in
from .amounts import limits_in as limits_in, money_in as money_in, number_of as number_of
from .amounts import plain_number as plain_number, plain_text as plain_text, rate_at as rate_at
from .amounts import rate_words as rate_words, read_tariff as read_tariff, says_more as says_more
from .amounts import tariff_words as tariff_words, units_in as units_in
from .base import Stamp as Stamp, Value as Value, canonical_json as canonical_json, content_hash as content_hash
from .base import plain_day as plain_day, sha256_of as sha256_of
from .batch import Announcement as Announcement, BatchPlan as BatchPlan, BatchRow as BatchRow
from .batch import ProposedPair as ProposedPair
from .comparison import CitedTogether as CitedTogether, Comparison as Comparison, Condition as Condition, Pick as Pick
from .comparison import PricingRead as PricingRead, Split as Split, Stand as Stand, Tool as Tool
from .desk import Account as Account, Act as Act, Approval as Approval, Channel as Channel, Corrected as Corrected
from .desk import Decided as Decided, Decision as Decision, Draft as Draft, DraftKind as DraftKind
from .desk import DraftState as DraftState, DraftText as DraftText, EditedPick as EditedPick
from .desk import EditedSentence as EditedSentence, EditedWords as EditedWords, Edition as Edition
from .desk import Editorial as Editorial, MOST_NOTE_WORDS as MOST_NOTE_WORDS, Pair as Pair, PassageSeen as PassageSeen
from .desk import Point as Point, Publication as Publication, QueueRow as QueueRow, Revision as Revision, Role as Role
from .desk import RunLog as RunLog, Shown as Shown, Struck as Struck, StruckOut as StruckOut
from .dossier import Coverage as Coverage, Dossier as Dossier, Fact as Fact, FactKind as FactKind, Hidden as Hidden
from .dossier import Page as Page, Passage as Passage, SCREENED as SCREENED, Source as Source, Suspicion as Suspicion
from .dossier import Sought as Sought, SoughtKind as SoughtKind
from .dossier import SuspicionKind as SuspicionKind, TO_MODELS as TO_MODELS, disagree as disagree
from .dossier import letters_and_digits as letters_and_digits, stated_kinds as stated_kinds
from .invisible import LINE_ENDS as LINE_ENDS, UNSEEN as UNSEEN, without_unseen as without_unseen
from .launch import Launch as Launch, LaunchSource as LaunchSource, Plan as Plan, Pricing as Pricing
from .launch import PricingClass as PricingClass, Rival as Rival, Seen as Seen, SourceKind as SourceKind
from .launch import ThirdParty as ThirdParty, Voice as Voice, slugify as slugify
from .opinion import Answered as Answered, Call as Call, Declined as Declined, Failed as Failed, Ground as Ground
from .opinion import Juror as Juror, NotAsked as NotAsked, Opinion as Opinion, Prediction as Prediction, Reply as Reply
from .opinion import Sentence as Sentence, Side as Side, THIN_CONFIDENCE as THIN_CONFIDENCE, Unusable as Unusable
from .opinion import Usage as Usage, Verdict as Verdict, Written as Written
from .persona import Persona as Persona, Print as Print
from .product import KnownLaunch as KnownLaunch, Met as Met, Neighbour as Neighbour, Product as Product
from .product import ProductEvent as ProductEvent, ProductFacts as ProductFacts, ProductHistory as ProductHistory
from .product import ReviewedProduct as ReviewedProduct
from .review import Containment as Containment, Dissent as Dissent, Figure as Figure, Flag as Flag, Grade as Grade
from .review import Interval as Interval, Made as Made, PanelVerdict as PanelVerdict, PlanCost as PlanCost
from .review import Review as Review, Rho as Rho, ScenarioCost as ScenarioCost, Severity as Severity, Tally as Tally
from .review import is_grounded as is_grounded, no_verdict as no_verdict, standing_grounds as standing_grounds
from .run import Again as Again, FileEntry as FileEntry, Run as Run, Spend as Spend, SpendRow as SpendRow
from .units import CODES as CODES, COUNT_WORDS as COUNT_WORDS, KINDS as KINDS, PERIODS as PERIODS, SEAT as SEAT
from .units import TIMES as TIMES, UNIT as UNIT, UNIT_OF as UNIT_OF, plural as plural, unit_name as unit_name
