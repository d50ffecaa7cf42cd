"""Asking critics again for a draft: prepared and priced, carried out beside, offered as a newer review."""
