"""What a draft's page shows, as values for its template."""
