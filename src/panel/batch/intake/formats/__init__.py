"""One reader a kind of file: rows as they stand, in constant memory."""
