"""Where people turn drafts into reviews they answer for: texts, points to settle, decisions, approvals, the log."""
