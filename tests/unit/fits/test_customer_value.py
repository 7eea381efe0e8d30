"""BG/NBD and Gamma-Gamma, on customers whose parameters are planted."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from retention.fits.bg_nbd import BgNbd, Histories, fit_bg_nbd
from retention.fits.customer_value import Purchases, ValueModels, expect, fit_models
from retention.fits.fit import FitRefusedError
from retention.fits.gamma_gamma import GammaGamma, fit_gamma_gamma

PLANTED = BgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5)
AMOUNTS = GammaGamma(p=6.0, q=4.0, v=15.0)
CUSTOMERS, WEEKS, LATER_WEEKS = 40_000, 60, 40


@pytest.fixture(scope="module")
def shop() -> tuple[Histories, np.ndarray]:
    """Customers simulated by the model, and their purchases in the following weeks."""
    random = np.random.default_rng(2026)
    rates = random.gamma(PLANTED.r, 1 / PLANTED.alpha, CUSTOMERS)
    leaving = random.beta(PLANTED.a, PLANTED.b, CUSTOMERS)
    weeks = random.uniform(WEEKS / 2, WEEKS, CUSTOMERS)
    told = [_play(random, *customer) for customer in zip(rates, leaving, weeks, strict=True)]
    repeats, last_week, later = map(np.array, zip(*told, strict=True))
    return Histories(repeats, last_week, weeks), later


@pytest.fixture(scope="module")
def found(shop: tuple[Histories, np.ndarray]) -> BgNbd:
    return fit_bg_nbd(shop[0])


def test_planted_parameters_are_found_again(found: BgNbd) -> None:
    assert astuple(found) == pytest.approx(astuple(PLANTED), rel=0.12)


def test_customers_buy_as_often_as_expected_whatever_their_history(
    shop: tuple[Histories, np.ndarray],
) -> None:
    histories, later = shop
    expected = PLANTED.expected_purchases(histories, LATER_WEEKS)
    for chosen in (
        histories.repeats == 0,
        histories.repeats == 1,
        histories.repeats >= 5,
        histories.weeks - histories.last_week > 40,
        (histories.repeats > 0) & (histories.weeks - histories.last_week < 2),
    ):
        error = later[chosen].std() / np.sqrt(chosen.sum())
        assert abs(later[chosen].mean() - expected[chosen].mean()) < 4 * error


def test_where_the_formula_divides_by_zero_its_limit_is_used() -> None:
    histories = Histories(np.array([0.0, 3.0]), np.array([0.0, 20.0]), np.array([30.0, 30.0]))
    beside = [BgNbd(0.6, 6.0, a, 2.5).expected_purchases(histories, 40) for a in (0.999, 1, 1.001)]
    assert beside[1] == pytest.approx((beside[0] + beside[2]) / 2, rel=1e-4)


def test_planted_amounts_are_found_again() -> None:
    random = np.random.default_rng(2026)
    purchases = random.geometric(0.2, CUSTOMERS).astype(float)
    scale = random.gamma(AMOUNTS.q, 1 / AMOUNTS.v, CUSTOMERS)
    mean_amount = random.gamma(AMOUNTS.p * purchases) / (scale * purchases)
    found = fit_gamma_gamma(purchases, mean_amount)
    assert astuple(found) == pytest.approx(astuple(AMOUNTS), rel=0.08)


def test_customers_without_repeats_are_expected_to_spend_the_overall_mean() -> None:
    nobody, often = AMOUNTS.expected_amount(np.array([0.0, 1e6]), np.array([0.0, 12.0]))
    assert nobody == pytest.approx(6 * 15 / 3)
    assert often == pytest.approx(12, rel=1e-4)


def test_a_shop_whose_customers_are_all_alike_is_refused() -> None:
    random = np.random.default_rng(2026)
    weeks = np.full(2_000, 100.0)
    repeats = random.poisson(20, 2_000).astype(float)
    histories = Histories(repeats, weeks * repeats / (repeats + 1), weeks)
    with pytest.raises(FitRefusedError, match="grows without limit"):
        fit_bg_nbd(histories)


def test_amounts_that_are_all_alike_are_refused() -> None:
    with pytest.raises(FitRefusedError, match="Gamma-Gamma does not fit this shop"):
        fit_gamma_gamma(np.full(500, 3.0), np.full(500, 20.0))


@pytest.mark.parametrize(("repeaters", "is_refused"), [(99, True), (100, False)])
def test_at_least_a_hundred_customers_must_have_come_back(
    shop: tuple[Histories, np.ndarray], repeaters: int, is_refused: bool
) -> None:
    once = np.flatnonzero(shop[0].repeats == 0)[:200]
    again = np.flatnonzero(shop[0].repeats > 0)[:repeaters]
    chosen = np.concatenate([once, again])
    few = Histories(*(column[chosen] for column in vars(shop[0]).values()))
    amounts = 20 + 10 * np.sin(np.arange(len(chosen)))
    purchases = Purchases([str(place) for place in chosen], few, amounts)
    if is_refused:
        with pytest.raises(FitRefusedError, match="99 customers came back"):
            fit_models(purchases)
    else:
        assert fit_models(purchases).purchases.r > 0


def test_an_expected_value_that_is_not_a_number_is_refused() -> None:
    histories = Histories(np.array([1.0]), np.array([1.0]), np.array([2.0]))
    purchases = Purchases(["c1"], histories, np.array([5.0]))
    models = ValueModels(BgNbd(1.0, 1.0, 1e-300, 1e308), AMOUNTS)
    with pytest.raises(FitRefusedError, match="is not a number"):
        expect(models, purchases)


def _play(
    random: np.random.Generator, rate: float, leaving: float, weeks: float
) -> tuple[float, float, float]:
    """Return a customer's repeats and last week within `weeks`, and purchases after them."""
    repeats, last_week, later, now = 0, 0.0, 0, 0.0
    while True:
        now += random.exponential(1 / rate)
        if now > weeks + LATER_WEEKS:
            break
        if now <= weeks:
            repeats, last_week = repeats + 1, now
        else:
            later += 1
        if random.random() < leaving:
            break
    return float(repeats), last_week, float(later)
