"""The words of a notice until a client writes its own, in each language: the first one, and those after it.

A line whose placeholder has nothing to put there is left out.
"""

from __future__ import annotations

_FIRST_EN = """\
{name},

According to our records, the following has not been paid:

{tickets}

In all: {total}

Please pay what is owed now. If you have paid in the last few days, thank you; please disregard this notice.
If you think that this is a mistake, please contact us before more is added to what you owe.

Phone: {phone}
E-mail: {email}
Pay or ask online: {website}

{client}
{today}"""

_LATER_EN = """\
{name},

We wrote to you before. According to our records, the following has still not been paid:

{tickets}

In all: {total}

Please pay now. What stays unpaid can cost more, and can be handed over to a collection agency.
If you have paid in the last few days, thank you; please disregard this notice.

Phone: {phone}
E-mail: {email}
Pay or ask online: {website}

{client}
{today}"""

_FIRST_FR = """\
{name},

Selon nos dossiers, ce qui suit n'a pas été payé :

{tickets}

En tout : {total}

Veuillez payer ce montant maintenant.
Si vous avez payé ces derniers jours, nous vous en remercions ; ne tenez pas compte de cet avis.
Si vous pensez qu'il s'agit d'une erreur, communiquez avec nous avant que le montant dû n'augmente.

Téléphone : {phone}
Courriel : {email}
Payer ou demander en ligne : {website}

{client}
{today}"""

_LATER_FR = """\
{name},

Nous vous avons déjà écrit. Selon nos dossiers, ce qui suit n'a toujours pas été payé :

{tickets}

En tout : {total}

Veuillez payer maintenant. Un montant impayé peut augmenter et être confié à une agence de recouvrement.
Si vous avez payé ces derniers jours, nous vous en remercions ; ne tenez pas compte de cet avis.

Téléphone : {phone}
Courriel : {email}
Payer ou demander en ligne : {website}

{client}
{today}"""

# Language, then which notice: subject and body.
DEFAULTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "first": ("Overdue: {numbers}", _FIRST_EN),
        "later": ("Still overdue: {numbers}", _LATER_EN),
    },
    "fr": {
        "first": ("En retard : {numbers}", _FIRST_FR),
        "later": ("Toujours en retard : {numbers}", _LATER_FR),
    },
}
