"""A stand-in for hosted model APIs, bound to the SDKs' own types. See README.md."""
