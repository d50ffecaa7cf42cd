"""Prices as pages of many countries word them. Imaginary lines; the right column was written by hand."""

import pytest

from panel.records.amounts import read_tariff, tariff_words

WORDED = {
    "en": """
        $.05 per request                      | 0.05 USD per request
        $12.00USD/mo                          | 12 USD per month
        $12 CAD/mo                            | 12 CAD per month
        $9/dev                                | 9 USD per seat
        $5 per 1,000 MAU                      | 5 USD per 1,000 active users
        $3 / MTok                             | 3 USD per 1M tokens
        $49/mo for 5 users                    | 49 USD per month, up to 5 seats
        $20 per team / month                  | 20 USD per workspace and month
        $20 per team member / month           | 20 USD per seat and month
        $29 month                             | 29 USD per month
        £10 pm                                | 10 GBP per month
        £90 p.a.                              | 90 GBP per year
        $10–$20 per seat/month                | from 10 USD per seat and month
        $10-20/mo                             | from 10 USD per month
        $99+ / month                          | from 99 USD per month
        starting at $8 a month                | from 8 USD per month
        $10/month + 2.9%                      | 10 USD per month plus 2.9%
        2.9% + 30¢ per charge                 | 0.30 USD per charge plus 2.9%
        $10/mo + 20% VAT                      | 10 USD per month
        $10/mo + usage                        | from 10 USD per month
        AED 99/month                          | 99 AED per month
        KES 5,000                             | 5,000 KES
        KSh 500 / month                       | 500 KES per month
        ₪49 / month                           | 49 ILS per month
        PHP 499/month                         | 499 PHP per month
        AU$5 per user/mo                      | 5 AUD per seat and month
        """,
    "en-IN": """
        Rs. 1,50,000 per year                 | 150,000 INR per year
        ₹1,50,000                             | 150,000 INR
        ₹1.5 lakh per year                    | 150,000 INR per year
        Rs 2 crore                            | 20,000,000 INR
        """,
    "zh-CN": """
        ¥99/月                                | 99 CNY per month
        99元/月                               | 99 CNY per month
        每用户每月 ¥99                         | 99 CNY per seat and month
        ¥199起                                | from 199 CNY
        免费                                  | free
        """,
    "zh-TW": "NT$300/月 | 300 TWD per month",
    "ja": """
        月額980円                             | 980 JPY per month
        月額 1,980円(税込)                    | 1,980 JPY per month
        ¥980/月                               | 980 JPY per month
        1ユーザーあたり月額500円              | 500 JPY per seat and month
        500円/ユーザー/月                     | 500 JPY per seat and month
        1.2万円/年                            | 12,000 JPY per year
        980円〜                               | from 980 JPY
        無料                                  | free
        4,200円/年, 40%お得                   | 4,200 JPY per year
        """,
    "ko": """
        월 9,900원                            | 9,900 KRW per month
        사용자당 월 9,900원                   | 9,900 KRW per seat and month
        """,
    "de": """
        99,- €                                | 99 EUR
        1.299 € / Jahr                        | 1,299 EUR per year
        ab 5 € / Monat                        | from 5 EUR per month
        14,50 € pro Nutzer und Monat          | 14.50 EUR per seat and month
        16 € / Monat bei jährlicher Zahlung   | 16 EUR per month, billed yearly
        SFr. 1'290.50                         | 1,290.50 CHF
        """,
    "fr": """
        1 234,50 € par mois                   | 1,234.50 EUR per month
        à partir de 12 € par mois             | from 12 EUR per month
        16 €/mois, facturé annuellement       | 16 EUR per month, billed yearly
        """,
    "es": """
        desde 8 € al mes                      | from 8 EUR per month
        MXN$199 al mes                        | 199 MXN per month
        16 € al mes, facturado anualmente     | 16 EUR per month, billed yearly
        """,
    "pt-BR": """
        R$ 29,90/mês                          | 29.90 BRL per month
        R$ 29/mês cobrado anualmente          | 29 BRL per month, billed yearly
        """,
    "it": "da 9 € al mese | from 9 EUR per month",
    "sv": "49 kr/mån | 49 SEK per month\n99:-/mån | 99 SEK per month",
    "nb": "kr 49/måned | 49 NOK per month",
    "da": "49 kr./md | 49 DKK per month",
    "pl": "49,99 zł miesięcznie | 49.99 PLN per month",
    "cs": "199 Kč/měsíc | 199 CZK per month",
    "hu": "2 990 Ft/hó | 2,990 HUF per month",
    "ru": "990 ₽/мес | 990 RUB per month\n990 руб. в месяц | 990 RUB per month",
    "tr": "₺249/ay | 249 TRY per month",
}
LINES = [
    (language, *map(str.strip, line.split("|")))
    for language, lines in WORDED.items()
    for line in lines.strip().splitlines()
]
YEARLY = [
    "on yearly billing", ", billed $192/year", "billed annually at $192", "paid yearly", "(billed annually)",
    "with annual billing", "when paid annually", ", annual plan", ", invoiced once a year", "billed yearly at $192/yr",
    ", billed as one payment of $192 per year", "charged annually",
]  # fmt: skip
NOT_YEARLY = [
    ". Save 20% with annual billing",
    " or $160 billed yearly",
    ", billed monthly",
    ", cancel any time of the year",
]
UNREAD = [
    ("", "¥99"), ("en", "¥99 per month"), ("", "49 kr/month"), ("en", "49 kr/month"), ("de", "99,-"), ("es-MX", "$199 / mes"),
    ("en-AU", "$5 per user"), ("en", "R199 per month"), ("fr", "9 900 FCFA"), ("en", "J$500"), ("en", "PHP 8.2"), ("en", "Feel free to ask"),
    ("ja", "無料トライアル"), ("en", "$12 per month and 49 kr/month"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "read"), LINES)
def test_a_price_is_read_as_its_country_writes_it(language: str, said: str, read: str) -> None:
    assert tariff_words(read_tariff(said, language)) == read


@pytest.mark.parametrize("how", YEARLY)
def test_a_monthly_price_paid_by_the_year_says_so_in_any_wording(how: str) -> None:
    assert tariff_words(read_tariff(f"$16/mo {how}")) == "16 USD per month, billed yearly"


@pytest.mark.parametrize("how", NOT_YEARLY)
def test_an_offer_to_pay_by_the_year_is_no_condition(how: str) -> None:
    assert tariff_words(read_tariff(f"$16/mo{how}")) == "16 USD per month"


@pytest.mark.parametrize(("language", "said"), UNREAD)
def test_an_amount_nobody_can_tell_is_unread_and_never_free(language: str, said: str) -> None:
    assert read_tariff(said, language).kind == "unread"
