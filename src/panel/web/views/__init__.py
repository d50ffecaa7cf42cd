"""What each page of the desk shows, as values for its template."""
