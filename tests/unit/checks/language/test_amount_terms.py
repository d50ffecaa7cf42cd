"""A price has its period and a number its unit, in many wordings. Imaginary sentences about imaginary pages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.opinions import make_dossier, make_opinion, make_persona, one_sentence

from panel.checks import check_review
from panel.checks.language.amount_terms import terms_in
from panel.records import Ground

SAME_TERMS = [
    ("Each account is $39 a month.", "$39 per organization per month"),
    ("It's 99 € a month, VAT on top.", "99 € HT / mois"),
    ("It costs $10 a month if you pay annually.", "$10/mo, billed annually ($120)"),
    ("It was $15 per user, and is $15 per workspace now.", "Pricing moves from $15 per user to $15 per workspace"),
    ("It is $12 per head each month.", "$12 per user per month"),
    ("A team of admins pays $15 per admin.", "$15 per team admin / month"),
    ("At $12 per seat per month it is cheap.", "$12 per seat per month"),
    ("It costs $12 a month for each person, billed by the year.", "Sync costs $12 a month for each person, billed yearly."),
    ("Each seat costs $20 a month.", "Team: $20 per user / month"),
    ("$144 a year is the same as $12 a month.", "$12 per month ($144 per year)"),
    ("$10 a month on the annual plan.", "$10 annually / $12 monthly, both per month"),
    ("A team of 10 has 10 GB.", "10 GB for 10 people"),
    ("The free plan ends at 2,000 requests.", "2000 free requests a month"),
    ("3,000 users is the most.", "Bis zu 3.000 Nutzer"),
    ("19.90 euros a month", "19,90 € pro Monat"),
    ("$10 to $20 a month", "costs $10-20/mo"),
    ("It runs a 7B model", "Mistral-7B"),
    ("15 cents a call", "$0.15 per request"),
    ("two weeks to try", "a 14-day trial"),
    ("GPL-3.0 applies", "GNU General Public License v3.0"),
    ("Under BSL 1.1", "Business Source License 1.1"),
    ("Before 1.0 all may change", "It is pre-1.0 software"),
    ("It needs Python 3", "Python 3.12 or later"),
    ("Pay $12 once the trial ends, per month.", "Then $12 per month"),
    ("$12 per seat and a year of updates", "$12 per seat per month, a year of updates"),
    ("It costs the $15 a team pays anyway.", "$15 per user per month"),
    ("It is $12 a month, not $12 a year.", "$12 per month"),
    ("$12 a seat", "$12 per team member per month"),
    ("$49 lifetime", "$49 one-time payment"),
    ("$0.40 per 1,000 calls", "$0.40 per thousand requests"),
    ("$15 per million tokens of output", "$15 per million output tokens"),
    ("The $20 plan gives 500 runs a month.", "Pro: $20 per seat per month with 500 runs"),
    ("Ten seats at $20 make $200 a month.", "$20 per seat per month; ten seats cost $200 a month"),
    ("$99 buys a year for one developer.", "$99 per developer per year"),
    ("You pay $5 and wait a day.", "$5 per month; setup takes a day"),
    ("A $12 seat and 12 projects come with Pro.", "Pro: $12 per seat, 12 projects"),
    ("At $25 per host it watches ten hosts.", "$25 per host per month for ten hosts"),
    ("It takes 5 minutes and costs $5 a month.", "$5/month, ready in 5 minutes"),
    ("For $10 a user can store 10 GB.", "$10 per month, 10 GB per user"),
    ("$10 a month gets 100 GB, and each extra GB is $0.10.", "$10 per month with 100 GB; $0.10 per extra GB"),
    ("A company of 50 people pays $50 per person.", "$50 per person per month for companies from 50 employees"),
    ("Each workspace holds 5 members, $30 a month in all.", "$30 per month for a workspace of up to 5 members"),
    ("Storage is $0.02 per GB each month.", "$0.02 per GB-month"),
    ("$0.02 a gigabyte.", "Storage costs $0.02/GB/month"),
    ("One organisation pays $499 monthly.", "$499 per organization per month"),
    ("The team plan costs $499 each month.", "Team | $499 | month"),
    ("Yearly plan: $8 a month; monthly plan: $10.", "Billed annually $8/mo. Billed monthly $10/mo."),
    ("$96 for the year.", "$8/mo billed annually ($96/yr)"),
    ("$8 a month, paid as $96 a year.", "$8 per month, billed as one payment of $96 per year"),
    ("$1 per run.", "$1 per job execution"),
    ("A review costs $2.", "$2 per pull request"),
    ("100 messages a day are free.", "Free: 100 requests/day"),
    ("30 seats is the cap.", "up to 30 team members"),
    ("Three users, then $9 each.", "3 users included, $9 per additional user per month"),
    ("Each additional user is $9 a month.", "3 users included, $9 per additional user per month"),
    ("It costs $9 for extra users.", "$9 per month per extra seat"),
    ("$300 a year, half of the $600 a year that two seats cost.", "$300 per year per seat; two seats: $600"),
    ("For a two-person team that is $40 per month, $20 each.", "$20 per seat and month, $40 per month for two"),
    ("The $20 credit lasts a month.", "$20 credit per user, valid for a month"),
    ("It's $20 per month in credits.", "$20 of credits each month"),
    ("Plans start at $19 a month.", "From $19 /month when billed yearly, else $24"),
    ("19 dollars monthly", "$19 per month"),
    ("CHF 12 per month", "CHF 12.– / Monat"),
    ("12 € par mois", "12 €/mois par utilisateur"),
    ("It costs 25 € per month for teams.", "25 € monatlich je Team"),
    ("An enterprise licence is $10,000 a year.", "Enterprise: 10 000 $ per year"),
    ("Its price is $1,200 a year.", "$1.200 annually"),
    ("Costs were $5 per month, now they are $7.", "Price rises from $5 to $7 per month"),
    ("$7 per month since May 2026.", "Since May 2026: $7 monthly"),
    ("You get 2 servers and 4 GB of RAM.", "2 vCPU servers, 4 GB RAM"),
    ("It needs 16 GB, not 16 cores.", "16 GB of RAM"),
    ("The 8 GB plan costs $8 per month.", "8 GB: $8 a month, or $0.011 per hour"),
    ("The smallest server costs $0.011 an hour.", "8 GB: $8 a month, or $0.011 hourly"),
    ("Runs on 1 GPU and 24 GB.", "1 GPU with 24 GB VRAM"),
    ("A million tokens costs $3.", "$3 / 1M tokens"),
    ("$3 per 1M tokens of input", "$3 per million input tokens"),
    ("$15 for a million output tokens", "Output: $15 / MTok"),
    ("3 dollars per million", "$3.00 per 1M tokens (input)"),
    ("$0.003 per 1K tokens is $3 per million.", "$0.003 per 1K tokens, i.e. $3 per 1M tokens"),
    ("5 projects per workspace", "5 project workspaces"),
    ("50 documents or 50 pages", "50 documents"),
    ("10 editors share it for $100 a month.", "$100/month includes 10 editor seats"),
    ("Its 14-day trial needs no card.", "Try it for two weeks"),
    ("Version 2.0 came in 2025.", "v2.0, released March 2025"),
    ("There were 1999 stars.", "1,999 stars"),
    ("Python 3.11 runs it.", "python>=3.11"),
    ("Llama 3.1 with 70B weights", "Llama-3.1-70B-Instruct"),
    ("It is Apache 2 licensed.", "Apache License, Version 2.0"),
    ("LGPL-3.0-or-later", "GNU Lesser General Public License v3"),
    ("$5 a day on average", "$150 per month, about $5 a day"),
    ("After the first month it's $12.", "First month free, then $12 per seat/month"),
    ("$12/month or $120/year", "12 $ / mois ou 120 $ / an"),
    ("Each person costs $12.", "Team: $12 per seat, per month, billed yearly"),
    ("That is $12 per head.", "$12 per user"),
    ("It is one payment of $49.", "$49 once, lifetime updates"),
    ("Pay $49 and own it for life.", "$49 one-time"),
    ("$49 per device, once.", "One-time purchase: $49 per device"),
    ("An hour of GPU time is $2.", "$2 per GPU hour"),
    ("GPU time costs $2 per hour.", "$2.00/GPU-hour"),
    ("Two years of support cost $200.", "$200 for 24 months of support"),
    ("Up to 1.500 Seiten im Monat", "1,500 pages/mo"),
    ("A seat costs $8 a month when the year is paid at once.", "Starter: $8 per seat / month (billed annually) or $10 month-to-month."),
    ("Ten people pay €290 a month together.", "Das Team-Paket kostet 290 € im Monat für zehn Personen."),
    ("Each team member costs $15 a month.", "Team $15 per team member / month, billed annually"),
    ("At 4.500 requests a day the free tier ends.", "The free tier ends at 4,500 requests per day."),
    ("It is $0.40 for a thousand calls.", "Calls: $0.40 per 1,000 calls, first 500 free."),
    ("The yearly plan is $100, two months less than paying $10 monthly.", "Pay $10 monthly or $100 yearly and get two months free."),
    ("The Pro plan is 12,50 € per user and month.", "Pro 12,50 € pro Nutzer/Monat"),
    ("Input tokens cost $3 per million.", "$3 per million input tokens, $15 per million output tokens"),
    ("Support answers within two days.", "Business plans get an answer within 48 hours."),
    ("The business tier is £30 a head every month.", "Business: £30/user/mo"),
    ("A full year comes to $228, or $19 a month.", "$19/mo, $228 billed yearly"),
    ("Two thousand rows are free, and 2000 is little.", "The hobby tier holds 2,000 rows."),
    ("It needs Node 20.", "Requires Node 20.11 or later and npm 10."),
    ("Five dollars a month keeps it running.", "The server costs $5 a month and a domain $12 a year."),
]  # fmt: skip
OTHER_TERMS = [
    ("At $12 per seat per year it is cheap.", "$12 per seat per month"),
    ("It costs $90 a month.", "$9 per month or $90 per year"),
    ("It is $12 per team a month.", "$12 per seat per month"),
    ("It comes with 10 seats.", "10 GB of storage"),
    ("It costs 12 € im Jahr.", "12 € im Monat"),
    ("Each workspace costs $20 a month.", "Team: $20 per user / month"),
    ("$49 a month", "$49 one-time payment"),
    ("$0.40 per call", "$0.40 per 1,000 calls"),
    ("$3 per million output tokens", "$3 per million input tokens"),
    ("The yearly price is $12.", "$12 per month"),
    ("$5 a day", "$5 per hour"),
    ("$12 a year for each user", "Pro: $12/user/mo"),
    ("100 users are included", "100 requests are included"),
    ("¥980 a year", "月額 ¥980 per month"),
    ("It costs $29 a week.", "Starter | $29 per month"),
    ("Two people pay $25 a year each.", "Every member pays $25 a month."),
    ("A project costs $8 per seat.", "$8 per project"),
    ("At 49 € par an it is a gift.", "49 € par mois et par utilisateur"),
    ("The fee is $300 per month.", "An annual fee of $300 applies."),
    ("$0.10 per GB", "Transfer: $0.10 per 1,000 requests"),
    ("It holds 100 GB.", "The free tier has 100 projects and one seat."),
    ("The cap is 5 workspaces.", "Up to 5 editors may join."),
    ("At $8 per seat and year that is cheap.", "Starter: $8 per seat / month (billed annually) or $10 month-to-month."),
    ("The team pays €290 a year.", "Das Team-Paket kostet 290 € im Monat für zehn Personen."),
    ("A workspace costs $15 per workspace and month.", "Team $15 per team member / month, billed annually"),
    ("Each call costs $0.40 per call.", "Calls: $0.40 per 1,000 calls, first 500 free."),
    ("The plan is $100 monthly.", "Pay $10 monthly or $100 yearly and get two months free."),
    ("It is 12,50 € per user and year.", "Pro 12,50 € pro Nutzer/Monat"),
    ("Output costs $3 per million output tokens.", "$3 per million input tokens, $15 per million output tokens"),
    ("The business tier is £30/user/yr.", "Business: £30/user/mo"),
    ("It costs $228 a month.", "$19/mo, or $228 per year"),
    ("The server costs $12 a month.", "The server costs $5 a month and the domain $12 a year."),
    ("Pro gives you 50 seats.", "Pro includes 50 GB of storage and unlimited seats."),
    ("Compute is $2 a minute.", "Compute: $2 per GPU hour"),
    ("A run costs $6 per hour.", "Machines cost $6 per day."),
    ("It is $49 for every user each month.", "Growth is $49 per workspace per month, users are unlimited."),
]  # fmt: skip
ANOTHER_PLANS = [
    ("Starter costs $49 per month.", "Starter $19 per month, Growth $49 per month"),
    ("Growth is $19 per seat.", "Starter $19 per seat; Growth $39 per seat"),
    ("The free plan stores 50 GB.", "Free: 5 GB. Pro: 50 GB."),
    ("Pro holds 3 seats.", "Free: 3 seats. Pro: 10 seats."),
    ("Team is 12 € im Monat.", "Solo 12 € im Monat, Team 30 € im Monat"),
    ("Input is $15 per million tokens.", "$3 per million input tokens, $15 per million output tokens"),
]  # fmt: skip


def flags_of(text, *passages, excerpt="", **fields):
    """Messages on numbers that stand in no ground; passages: each the whole of a ground, but for the first's excerpt."""
    pages = {"S1": ("maker", "pricing", list(passages))}
    grounds = tuple(
        Ground(number=n, side="for", passage_id=f"S1.{n}", excerpt=excerpt if excerpt and n == 1 else passage)
        for n, passage in enumerate(passages, 1)
    )
    plain = {"line": "It is for sale.", "for_whom": "w", "not_for": "n", "counter": "c"} | fields
    quote = one_sentence(text, grounds=tuple(range(1, len(grounds) + 1)))
    opinion = make_opinion(grounds=grounds, quote=quote[:1], **plain)
    flags = check_review(make_dossier(pages), [make_persona()], [opinion])
    return [f.message for f in flags if f.check == "number_not_in_grounds"]


@pytest.mark.parametrize(("text", "passage"), SAME_TERMS)
def test_the_same_price_in_other_words_passes(text, passage):
    assert flags_of(text, passage) == []


@pytest.mark.parametrize(("text", "passage"), OTHER_TERMS)
def test_another_period_or_unit_for_an_amount_is_flagged(text, passage):
    assert any("; S1.1 says " in message for message in flags_of(text, passage))


@pytest.mark.parametrize(("text", "passage"), ANOTHER_PLANS)
def test_an_amount_under_another_plans_name_passes_unseen(text, passage):
    assert flags_of(text, passage) == []


def test_the_message_says_what_differs():
    assert flags_of("It is $12 per seat per year.", "Pro costs $12 per seat per month.") == [
        "Sentence 1 says 12 USD per seat and year; S1.1 says 12 USD per seat and month."
    ]
    assert flags_of("It comes with 10 seats.", "It comes with 10 GB.") == ["Sentence 1 says 10 seats; S1.1 says 10 GB."]


@pytest.mark.parametrize("other", ["Or pay $12 a year.", "Pro: $12", "$12 at checkout, then monthly"])
def test_a_cited_text_that_agrees_or_is_silent_clears_the_period(other):
    assert flags_of("It costs $12 a year.", "Pro costs $12 per month.", other) == []


def test_the_passage_around_the_excerpt_counts_too():
    whole = "Pro costs $12 per month for each seat. Backup is sold apart, at $12 a year."
    assert flags_of("It costs $12 a year.", whole, excerpt="Pro costs $12 per month for each seat.") == []


def test_the_readers_own_number_is_no_number_of_the_pages():
    passage = "Each workspace holds 10 GB of files."
    assert flags_of("It holds 10 GB.", passage, for_whom="share files among 10 people") == []
    assert flags_of("It holds 10 GB.", passage, line="It is made for 10 people.") != []


@given(st.text(st.sampled_from("0129.,'  $€kMv-axB/\u0663²%"), max_size=40))
def test_any_digits_and_marks_are_read_without_an_error(text):
    assert all(rate.amount >= 0 for _, rate in terms_in(text))


@pytest.mark.parametrize("piece", ["111 ", "$1 ", "10 users ", "for each ", "1 $/", "$1 per "])
def test_prices_of_a_long_run_take_time_that_grows_with_it(piece):
    begun = time.process_time()
    terms_in(piece * 20_000)
    assert time.process_time() - begun < 10  # measured: 0.1 to 1.3 s; 25 s where it grows with the square
