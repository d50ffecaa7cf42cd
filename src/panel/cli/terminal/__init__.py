"""What a person sees at a terminal: lines, tables, questions, progress; and how they stop it."""
