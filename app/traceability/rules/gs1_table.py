"""Every GS1 application identifier: what its value looks like, needs and excludes.

Source: GS1 General Specifications, sections 3.2 (list of identifiers) and 4.14 (which belong
together), as published in the GS1 Barcode Syntax Resource.

A line has identifiers, the parts of the value, ``+`` what must stand beside it and ``-`` what
may not. A part is ``N`` digits, ``X`` character set 82, ``Y`` set 39 or ``Z`` set 64; a length,
``..`` before a longest one; then ``.`` and checks of ``gs1_checks``. ``?`` marks parts that may
be missing. Alternatives are parted by commas; ``&`` joins identifiers needed together; ``n``
is any digit. Several ``+`` must all hold.
"""

TABLE = """
00                   N18.csum
01                   N14.csum                       -02,03,255,37
02                   N14.csum                       +37 +00 -01,03
03                   N14.csum                       -01,02,37
10                   X..20                          +01,02,03,8006,8026
11,13,15,16          N6.day0                        +01,02,03,8006,8026
12                   N6.day0                        +8020
17                   N6.day0                        +01,02,03,255,8006,8026
20                   N2                             +01,02,8006,8026
21                   X..20                          +01,03,8006 -235
22                   X..20                          +01
235                  X..28                          +01
240,241              X..30                          +01,02,8006,8026
242                  N..6                           +01,02,8006,8026
243                  X..20                          +01
250                  X..30                          +01,8006 +21
251                  X..30                          +01,8006
253                  N13.csum X..17?
254                  X..20                          +414
255                  N13.csum N..12?                -01,02,415,8006,8020,8026
30                   N..8                           +01,02
37                   N..8                           +00 +02,8026
390n                 N..15                          +255,8020 -390n,391n,394n,8111
391n                 N3.currency N..15              +8020 -391n
392n                 N..15                          +01 +30,31nn,32nn,35nn,36nn -392n,393n
393n                 N3.currency N..15              +30,31nn,32nn,35nn,36nn -393n
3940,3941,3942,3943  N4                             +255 -394n,8111
3950,3951,3952,3953,3954,3955 N6 +30,31nn,32nn,35nn,36nn -392n,393n,395n,8005
400                  X..30
401                  X..30.prefix
402                  N17.csum
403                  X..30                          +00
410,411,412,413,414,416,417 N13.csum
415                  N13.csum                       +8020
420                  X..20                          -421
421                  N3.country X..9                -4307
422                  N3.country                     +01,02,8006,8026 -426
423,425 N3.country N3.country? N3.country? N3.country? N3.country? +01,02 -426
424                  N3.country                     +01,02 -426
426                  N3.country                     +01,02
427                  X..3                           +01,02 +422
4300,4301,4310,4311,4320 X..35.percent              +00
4302,4304,4305,4306,4312,4314,4315,4316 X..70.percent +00
4303                 X..70.percent                  +4302
4313                 X..70.percent                  +4312
4307,4317            X2.letters                     +00
4308,4319            X..30                          +00
4309                 N10.latitude N10.longitude     +00
4318                 X..20                          +00
4321,4322,4323       N1.yesno                       +00
4324,4325            N6.day0 N4.hhmi                +00
4326                 N6.day                         +00
4330                 N6 X1.minus?                   +00 -4331
4331                 N6 X1.minus?                   +00 -4330
4332                 N6 X1.minus?                   +00 -4333
4333                 N6 X1.minus?                   +00 -4332
7001                 N13                            +01,02,8006,8026
7002                 X..30                          +01,02
7003                 N6.day N4.hhmi                 +01,02
7004                 N..4                           +01 +10
7005                 X..12                          +01,02
7006                 N6.day                         +01,02
7007                 N6.day N6.day?                 +01,02
7008                 X..3                           +01,02
7009                 X..10                          +01,02
7010                 X..2                           +01,02
7011                 N6.day N4.hhmi?                +01,02
7020                 X..20                          +01,8006 +416
7021                 X..20                          +01,8006
7022                 X..20                          +7021
7023                 X..30.prefix
703n                 N3.country999 X..27            +01,02
7040                 N1 X1 X1 X1.importer
7041                 X..4.package                   +00
710,711,712,713,714,715,716 X..20                   +01
723n                 X2 X..28                       +01,8004
7240                 X..20                          +01,8006
7241                 N2.media                       +8017,8018
7242                 X..25                          +8017,8018
7250                 N8.day                         +8018 -7251
7251                 N8.day N4.hhmi                 +8018 -7250
7252                 N1.sex                         +8018
7253,7254            X..40.percent                  +8017,8018 -7256,7259
7255                 X..10                          +8017,8018 -7256,7259
7256                 X..90.percent                  +8017,8018
7257                 X..70.percent                  +8018
7258                 X3.place                       +8018&7259
7259                 X..40.percent                  +8018 -7256
8001                 N4.nonzero N5.nonzero N3.nonzero N1.winding N1 +01
8002                 X..20
8003                 N1.zero N13.csum X..16?
8004                 X..30.prefix
8005                 N6                             +01,02
8006                 N14.csum N4.piece              -01,37
8007                 X..34.account                  +415
8008                 N6.day N2.hh N2.mi? N2.mi?     +01,02
8009                 X..50                          +00,01
8010                 Y..30.prefix
8011                 N..12.nolead                   +8010
8012                 X..20                          +01,8006
8013                 X..25.pair.prefix
8014                 X..25.pair.prefix.nondigit     +01
8017                 N18.csum                       -8018
8018                 N18.csum                       -8017
8019                 N..10                          +8017,8018
8020                 X..25                          +415
8026                 N14.csum N4.piece              +37 -02,8006
8030 Z..90 +00,01&21,253,255,8003,8004,8006&21,8010&8011,8017,8018
8110                 X..70.coupon
8111                 N4                             +255
8112                 X..70.offer
8200                 X..70                          +01
90                   X..30
91,92,93,94,95,96,97,98,99 X..90
"""

MEASURES = {
    "01,02": (
        *(*range(310, 317), *range(320, 330), *range(350, 353)),
        *(356, 357, 360, 361, 364, 365, 366),
    ),
    "00,01": (*range(330, 337), *range(340, 350), 353, 354, 355, 362, 363, 367, 368, 369),
    "01": (337,),
}
"""Weights and sizes by what they need: six digits, of which the identifier's last says how
many are decimals, 0 to 5. Each excludes itself with other decimals."""

PREDEFINED = frozenset(
    {"00", "01", "02", "03", "04", "20", "41"}
    | {f"{ai}" for ai in range(11, 20)}
    | {f"{ai}" for ai in range(31, 37)}
)
"""First two digits of identifiers whose values need no separator after them."""

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": ((),),
    "01": (("22", "10", "21"), ("235",)),
    "253": ((),),
    "255": ((),),
    "401": ((),),
    "402": ((),),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": ((),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": ((),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""Primary keys of a Digital Link, and what may follow each in its path, in this order."""

NEVER_IN_QUERY = frozenset(
    {"03", "21", "22", "235", "254", "7040", "7041", "8011", "8014", "8019", "8020", "8200"}
)
"""Identifiers that are no attributes of a Digital Link: they stand in its path or nowhere."""
