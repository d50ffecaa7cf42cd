"""What a sentence mentions: numbers, prices, dates and names, read the same way everywhere."""
