"""Use cases: review launches, compare two, resume a run. The product's story reads here."""
