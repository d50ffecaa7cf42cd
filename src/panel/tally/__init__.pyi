from .comparison import compare as compare
from .count import tally as tally
from .dissent import find_dissent as find_dissent
