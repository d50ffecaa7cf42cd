"""The draft page: what its template may see, made of a draft as it lies open. No SQL, no request."""
