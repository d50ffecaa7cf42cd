"""Each call to a model, written before it is sent: what was asked, what came back, what it cost."""
