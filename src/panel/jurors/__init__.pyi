from .batch_api.protocol import BatchApi as BatchApi, BatchRequest as BatchRequest, BatchResult as BatchResult
from .batch_api.protocol import custom_id as custom_id, key_of as key_of
from .confidential import may_take_confidential as may_take_confidential
from .confidential import refuse_if_confidential as refuse_if_confidential
from .conversation import Exchange as Exchange, SendStep as SendStep, UnusableStep as UnusableStep
from .conversation import next_step as next_step, sound_answer as sound_answer
from .dialects import open_batches as open_batches, open_provider as open_provider
from .opinions import to_opinion as to_opinion
from .provider import Api as Api, Body as Body, Caching as Caching, ModelSpec as ModelSpec, OWN_HOSTS as OWN_HOSTS
from .provider import ParsedReply as ParsedReply, Provider as Provider, Question as Question, RawReply as RawReply
from .provider import is_loopback as is_loopback
from .providers.error_mapping import model_address as model_address, translate_error as translate_error
from .providers.local import local_model as local_model
from .rate_limits.circuit_breaker import PATIENCE_S as PATIENCE_S
from .rate_limits.permit import LimiterHealth as LimiterHealth, Permit as Permit
from .rate_limits.rate_limiter import RateLimiter as RateLimiter, RateLimits as RateLimits
from .rate_limits.retry import send_with_retries as send_with_retries
