"""What the desk's further pages are drawn from, as values: offers, askings, statistics, products, what is stale."""
