"""What a page says after a redirect: `?said=saved` looks the sentence up here, so that no address can speak for us."""

SENTENCES = {
    "saved": "Saved as a new revision.",
    "undone": "Taken back.",
    "unchanged": "Nothing was changed.",
    "struck": "The opinion is struck, and the count is made anew.",
    "counted": "The opinion counts again.",
    "run_log": "Kept. Critics that are asked again read it.",
    "taken_over": "The newer review is in. Your words stay where critics said the same.",
    "approved": "Approved. Any change ends it.",
    "published": "Marked as published. The site it goes out on is still to come.",
    "scheduled": "It goes out at its time, unless something is changed before.",
    "retracted": "Taken back. Readers see that it was, and why.",
    "rejected": "Rejected. It can be fetched back.",
    "passed": "Passed over. It can be fetched back.",
    "put_off": "Put off. It comes back at that time.",
    "embargoed": "Embargoed. Nothing of it is public before that time.",
    "embargo_lifted": "The embargo is lifted.",
    "fetched_back": "It is in the queue again.",
    "called_off": "It goes out no more. It stays approved.",
    "product_renamed": "The product is renamed. Its slug stays.",
    "product_merged": "The two are one product now. It can be taken apart again.",
    "product_split": "The launches stand for a product of their own.",
    "product_unmerged": "It stands for itself again.",
    "signed_out": "You are signed out.",
    "account_added": "The account is there. Tell them the password by a safe way.",
    "account_role": "The role is changed, from the next click on.",
    "account_disabled": "The account is disabled and signed out everywhere.",
    "account_enabled": "The account may sign in again.",
    "own_password": "Your password is changed. Everywhere else you are signed out.",
    "account_password": "The password is changed; they sign in again everywhere.",
}


def sentence(code: str) -> str:
    """ "" for a code we never gave."""
    return SENTENCES.get(code, "")
