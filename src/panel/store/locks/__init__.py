"""One run, one process: a lock file here, an advisory lock on Postgres."""
