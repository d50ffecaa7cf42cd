"""Words of a page that speak to reviewers: found, left out, and what grounds on them are worth."""
