"""A page as blocks of text, cut into numbered passages; its title, links, day and language."""
