"""One adapter a dialect: a question to a request body, a reply to text, usage and a stop reason."""
