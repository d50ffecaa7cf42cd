"""What a page says after a redirect: `?said=saved` looks the sentence up here, so that no address can speak for us."""

SENTENCES = {
    "signed_out": "You are signed out.",
    "account_added": "The account is there. Tell them the password by a safe way.",
    "account_role": "The role is changed, from the next click on.",
    "account_disabled": "The account is disabled and signed out everywhere.",
    "account_enabled": "The account may sign in again.",
    "account_password": "The password is changed; they sign in again everywhere.",
}


def sentence(code: str) -> str:
    """ "" for a code we never gave."""
    return SENTENCES.get(code, "")
