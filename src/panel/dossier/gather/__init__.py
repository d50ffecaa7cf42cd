"""From an address to a dossier: which pages are read, and a snapshot of each."""
