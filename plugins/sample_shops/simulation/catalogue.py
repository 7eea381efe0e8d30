"""What the simulated shop sells: types of the seed `product_types`, three products each.

Anybody may buy `EVERYDAY` and `OCCASIONAL` types at any time. Types in `HINTS` point to a lifestyle
(`lifestyle_rules.csv`); a customer's random purchases include at most one of them, so chance alone
never proves a lifestyle. `STORY_ONLY` types are bought only in stories.
"""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTS_PER_TYPE = 3
MAKERS = ("Puro", "Aalto & Co", "Nordia")

# (department, product type, price in cents, relative frequency)
EVERYDAY = (
    ("GROCERY", "GROUND COFFEE", 690, 10), ("GROCERY", "REGULAR BEAN", 890, 6),
    ("GROCERY", "TEA BAGS & BULK TEA", 420, 5), ("GROCERY", "STANDARD OATMEAL", 290, 5),
    ("GROCERY", "ALL FAMILY CEREAL", 450, 4), ("GROCERY", "OLIVE OIL", 990, 4),
    ("GROCERY", "CANDY BAGS-CHOCOCLATE", 520, 4), ("GROCERY", "GRANOLA BARS", 350, 3),
    ("PET", "DRY DOG FOOD PREMIUM (ALPO/PUR", 3290, 4), ("PET", "DOG TREATS (SOFT TREATS)", 490, 3),
    ("PET", "DRY CAT FOOD (CAT CHOW/FRISKIE", 2190, 4), ("PET", "SCOOP LITTER", 1290, 4),
    ("HOUSEHOLD", "TOILET TISSUE", 790, 6), ("HOUSEHOLD", "LIQUID LAUNDRY DETERGENTS", 890, 4),
    ("HOUSEHOLD", "AUTO DISH DETERGENT - MONODOSE", 990, 4),
    ("COSMETICS", "SHAMPOO", 650, 5), ("COSMETICS", "TOOTHPASTE", 350, 5),
    ("COSMETICS", "FACE CREAM", 2490, 3), ("COSMETICS", "VITAMIN - INDIVIDUAL", 1190, 2),
)  # fmt: skip
OCCASIONAL = (
    ("COSMETICS", "LIPSTICK", 1690, 2), ("COSMETICS", "PERFUME", 5490, 1),
    ("FASHION", "BLAZERS", 12900, 1), ("FASHION", "SHIRTS", 4990, 2),
    ("FASHION", "SCARVES", 3490, 2), ("HOME", "CANDLES", 1290, 2),
    ("HOME", "VASES", 3990, 1), ("MEDIA", "BOOKS", 2490, 3),
    ("TOYS", "TOYS UNDER 1", 1990, 1), ("TOYS", "TOYS 1 TO 2", 2490, 1),
    ("TOYS", "TOYS 3 TO 5", 2990, 1), ("TOYS", "TOYS 6 TO 8", 3490, 1),
    ("TOYS", "TOYS 9 TO 12", 3990, 1),
)  # fmt: skip
HINTS = (
    ("PET", "PUPPY FOOD", 2890, 1), ("PET", "PUPPY PADS", 1490, 1), ("PET", "DOG COLLARS", 1790, 1),
    ("PET", "DOG LEADS", 1990, 1), ("PET", "DOG BEDS", 5990, 1), ("PET", "KITTEN FOOD", 1990, 1),
    ("PET", "LITTER BOXES", 2490, 1), ("PET", "SCRATCHING POSTS", 4990, 1),
    ("PET", "CAT CARRIERS", 3990, 1), ("BABY", "BABY DIAPERS", 1890, 1),
    ("BABY", "BABY WIPES", 390, 1), ("BABY", "BABY SOAPS", 490, 1),
    ("BABY", "BABY LOTIONS & OILS", 690, 1), ("BABY", "BABY BOTTLES", 990, 1),
    ("BABY", "BABY BODYSUITS", 1490, 1), ("HOME", "BED LINEN", 5990, 2),
    ("HOME", "BATH TOWELS", 2990, 2), ("HOME", "CURTAINS", 6990, 1),
    ("HOME", "FRYING PANS", 4990, 1), ("HOME", "CUTLERY", 5990, 1), ("HOME", "TABLEWARE", 4990, 2),
    ("HOME", "LAMPS", 7990, 1), ("OUTDOOR", "TENTS", 24900, 1),
    ("OUTDOOR", "SLEEPING BAGS", 9900, 1), ("OUTDOOR", "SLEEPING MATS", 4900, 1),
    ("OUTDOOR", "CAMPING STOVES", 7900, 1),
    ("OUTDOOR", "HEAD TORCHES", 2990, 2), ("SPORT", "RUNNING SHOES", 13900, 1),
    ("SPORT", "RUNNING TIGHTS", 5900, 1), ("SPORT", "RUNNING SOCKS", 1490, 2),
    ("SPORT", "ENERGY GELS", 290, 1), ("GROCERY", "SOY/RICE MILK", 220, 2),
    ("GROCERY", "TOFU", 290, 1), ("GROCERY", "PLANT-BASED YOGHURT", 320, 1),
    ("GROCERY", "PLANT-BASED MINCE", 450, 1),
)  # fmt: skip
STORY_ONLY = (
    ("HOME", "DUVETS", 8990, 0), ("HOME", "PILLOWS", 3490, 0),
    ("FASHION", "TROUSERS", 7990, 0), ("FASHION", "HANDBAGS", 9990, 0),
)  # fmt: skip
TYPES = EVERYDAY + OCCASIONAL + HINTS


@dataclass(frozen=True)
class Product:
    """One product of the shop.

    Attributes:
        cents: price of one piece, tax included.
    """

    product_id: str
    product_type: str
    department: str
    name: str
    maker: str
    cents: int


def _products() -> tuple[Product, ...]:
    return tuple(
        Product(
            product_id=f"P{kind * PRODUCTS_PER_TYPE + place + 1:04}",
            product_type=product_type,
            department=department,
            name=f"{maker} {product_type.lower().partition(' (')[0]}",
            maker=maker,
            cents=cents + 100 * place,
        )
        for kind, (department, product_type, cents, _) in enumerate(TYPES + STORY_ONLY)
        for place, maker in enumerate(MAKERS)
    )


PRODUCTS = _products()
# The product of each type that stories use: the first maker's.
STORY_PRODUCTS = {product.product_type: product for product in reversed(PRODUCTS)}
