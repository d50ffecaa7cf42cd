from .comparison import compare as compare
from .count import find_dissent as find_dissent, tally as tally
