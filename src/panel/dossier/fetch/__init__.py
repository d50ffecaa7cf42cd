"""Pages from the public web, and from nowhere else: what a launch page says can't steer a request into our own network.

`Fetcher.get` is the one door. In order, at the first address and at every redirect: the address is read strictly
(url.py), its name is resolved once and every answer is checked (dns.py), robots.txt is obeyed
(robots.py) at a polite pace (policy.py), the connection goes to the checked address (http_request.py), and the body
comes in through caps on bytes and on what they inflate to (body.py, decompress.py).
"""
