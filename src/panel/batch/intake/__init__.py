"""What was announced: sources read row by row, entries normalized, one launch of three feeds joined, a shortlist."""
