"""Words that very many passwords are made of; what is left without them has to carry the secret."""

from __future__ import annotations

COMMON = frozenset(
    """
    1234 12345 123456 1234567 12345678 123456789 1234567890 0000 1111 111111 112233 123123 123321
    654321 987654321 1q2w3e4r abcd abc123 access admin administrator amanda andrew angel asdf
    asdfgh asdfghjkl ashley autumn baseball batman changeme charlie chocolate clinic computer
    coordinator correcthorsebatterystaple cookie daniel default dragon family flower football
    freedom friend guest hannah hello hospital hunter iloveyou january jennifer jessica jordan
    letmein login loveme maggie master matthew michael michelle monkey mustang ninja nothing
    passphrase passw0rd password patient pepper pokemon princess qazwsx qwer qwert qwerty
    qwertyui qwertyuiop robert root sayso secret secure shadow soccer spring staff starwars study
    summer sunshine superman temp temporary test thomas tigger trial trustno1 user welcome whatever
    william winter zaq12wsx zxcv zxcvbn zxcvbnm
    """.split()
)
