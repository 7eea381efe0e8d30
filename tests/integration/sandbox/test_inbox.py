"""The inbox: the list, the search, a message, the banner, and refused requests."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.mails import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.sandbox.conftest import SandboxClient

HTML = """<html lang="{{locale}}"><head></head><body><div>Kahvi odottaa sinua tänään</div>
{{#if voucher}}<p>Voucher {{voucher}}</p>{{else if days}}<p>{{days}} days</p>
{{else}}<p>Welcome</p>{{/if}}
<a href="{{{unsubscribe}}}">Leave</a> <a href="{{{unsubscribe_preferences}}}">Choose</a>
</body></html>"""


def person(email: str, message_id: str = "", **data: Any) -> dict[str, Any]:
    arguments = {"custom_args": {"paluu_message_id": message_id}} if message_id else {}
    name = data.get("name", "Aino")
    return {"to": [{"email": email, "name": name}], "dynamic_template_data": data, **arguments}


@pytest.fixture
def templated(sandbox: SandboxClient) -> Callable[..., dict[str, Any]]:
    template_id = sandbox.create_template("{{name}}, kahvi on lopussa", HTML)

    def build(*people: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "personalizations": list(people),
            "from": {"email": "hello@shop.example.com", "name": "Kahvipuu"},
            "template_id": template_id,
            **more,
        }

    return build


def test_an_empty_inbox_says_what_to_do(sandbox: SandboxClient) -> None:
    page = sandbox.page("/")
    assert "No mail yet" in page
    assert f"SENDGRID_API_URL={sandbox.url}" in page


def test_the_list_shows_who_gets_what_and_why(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    aino = person("aino@example.com", name="Aino", locale="fi")
    sandbox.send(templated(aino, categories=["winback"]))
    page = sandbox.page("/")
    for shown in ("Aino, kahvi on lopussa", "from Kahvipuu", "Kahvi odottaa sinua tänään"):
        assert shown in page
    assert re.search(r'class="chip colour-\d">winback<', page)
    assert re.search(r'title="language">fi<', page)
    assert re.search(r'<time datetime="[^"]+" title="[^"]+ \+0000">\d+ \w{3} \d\d:\d\d<', page)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"voucher": "KAHVI10", "days": 3}, "Voucher KAHVI10"),
        ({"days": 3}, "3 days"),
        ({}, "Welcome"),
    ],
)
def test_each_reader_gets_the_branch_of_their_own_data(
    sandbox: SandboxClient,
    templated: Callable[..., dict[str, Any]],
    data: dict[str, Any],
    text: str,
) -> None:
    sandbox.send(templated(person("aino@example.com", **data)))
    message = sandbox.messages()[0]
    assert text in message["text"].split("\n")
    assert text in sandbox.page(f"/messages/{message['id']}/mail")


@pytest.mark.parametrize("words", ["AINO", "kahvi lopussa", "guji", "mäkelä", "eero@example.com"])
def test_search_finds_subjects_names_addresses_and_template_data_in_any_letter_case(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]], words: str
) -> None:
    sandbox.send(
        templated(
            person("aino@example.com", name="Aino"),
            person("eero@example.com", name="Eero MÄKELÄ", product="Ethiopia Guji"),
        )
    )
    everybody = {"aino@example.com", "eero@example.com"}
    expected = {"AINO": {"aino@example.com"}, "kahvi lopussa": everybody}
    found = {one["to"] for one in sandbox.messages(q=words)}
    assert found == expected.get(words, {"eero@example.com"})


def test_the_first_search_finds_the_subject_of_the_oldest_mail(
    sandbox: SandboxClient,
    templated: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "SUBJECTS_AT_ONCE", 2)
    sandbox.send(templated(*(person(f"person{n}@example.com", name=f"N{n}") for n in range(7))))
    assert [one["to"] for one in sandbox.messages(q="n0, kahvi")] == ["person0@example.com"]


def test_a_search_without_results_says_so(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(templated(person("aino@example.com")))
    assert sandbox.messages(q="teapot") == []
    assert "Nothing matches" in sandbox.page("/?q=teapot")


def test_a_campaign_is_filtered_by_its_category(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail("a@example.com", categories=["winback"]))
    sandbox.send(mail("b@example.com", categories=["birthday", "other"]))
    assert [one["to"] for one in sandbox.messages(campaign="birthday")] == ["b@example.com"]
    assert "winback (1)" in sandbox.page("/?campaign=birthday")


def test_pages_of_the_list_show_every_message_once(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(templated(*(person(f"person{n}@example.com") for n in range(60))))
    seen = [
        link
        for number in (1, 2, 3)
        for link in re.findall(r'href="/messages/(\d+)"', sandbox.page(f"/?page={number}"))
    ]
    assert len(seen) == len(set(seen)) == 60
    assert "1\u201325 of 60" in sandbox.page("/")


def test_a_message_accepted_twice_shows_a_red_banner_and_is_in_the_audit(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    first = templated(person("aino@example.com", "m-1"), person("eero@example.com", "m-2"))
    again = templated(person("aino@example.com", "m-1"))
    sandbox.send(first)
    assert 'role="alert"' not in sandbox.page("/")
    assert sandbox.audit()["duplicates"] == []
    sandbox.send(again)
    assert "1 message accepted more than once" in sandbox.page("/")
    duplicates = sandbox.audit()["duplicates"]
    assert [one["paluu_message_id"] for one in duplicates] == ["m-1"]
    ids = {one["x_message_id"] for one in sandbox.messages(duplicates=1)}
    assert {request["x_message_id"] for request in duplicates[0]["requests"]} == ids
    assert len(ids) == 2
    newest = sandbox.messages()[0]["id"]
    assert "accepted 2 times" in sandbox.page(f"/messages/{newest}")


def test_a_copy_to_a_colleague_is_not_a_duplicate(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    one = {**person("aino@example.com", "m-1"), "bcc": [{"email": "care@shop.example.com"}]}
    sandbox.send(templated(one))
    assert sandbox.audit()["accepted"] == 2
    assert sandbox.audit()["duplicate_count"] == 0


def test_a_message_has_all_its_views(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    aino = person("aino@example.com", "m-1", locale="fi", days=3)
    headers = {"List-Unsubscribe": "<https://shop.example.com/u>"}
    sandbox.send(templated(aino, headers=headers, send_at=int(time.time()) + 3600))
    path = f"/messages/{sandbox.messages()[0]['id']}"
    assert f'src="{path}/mail" sandbox="allow-popups' in sandbox.page(path)
    assert 'class="stage phone"' in sandbox.page(f"{path}?width=phone")
    assert "3 days" in sandbox.page(f"{path}?view=text")
    assert "&lt;https://shop.example.com/u&gt;" in sandbox.page(f"{path}?view=headers")
    assert "m-1" in sandbox.page(f"{path}?view=headers")
    assert "&#34;days&#34;: 3" in sandbox.page(f"{path}?view=data")
    assert "&#34;template_id&#34;: &#34;d-" in sandbox.page(f"{path}?view=request")
    assert re.search(r'class="coming">scheduled for', sandbox.page(path))


def test_the_raw_request_shows_this_personalization_first_and_all_of_them_on_demand(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(templated(person("aino@example.com"), person("eero@example.com")))
    eero = f"/messages/{sandbox.messages()[0]['id']}?view=request"
    assert "personalization 2 of 2" in sandbox.page(eero)
    assert "aino@example.com" not in sandbox.page(eero)
    assert "aino@example.com" in sandbox.page(f"{eero}&whole=1")


def test_the_mail_itself_can_neither_run_scripts_nor_leave_its_frame(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    html = {"type": "text/html", "value": "<script>alert(1)</script><p>Moi</p>"}
    sandbox.send(mail(content=[html], subject="<script>alert(2)</script>"))
    message_id = sandbox.messages()[0]["id"]
    policy = sandbox.client.get(f"/messages/{message_id}/mail").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "<script" not in sandbox.page("/") + sandbox.page(f"/messages/{message_id}")


def test_old_mail_keeps_the_template_of_its_acceptance(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    first = templated(person("aino@example.com", name="Aino"))
    sandbox.send(first)
    path = f"/v3/templates/{first['template_id']}"
    sandbox.post(f"{path}/versions", {"name": "2", "subject": "New words", "active": 1}, 201)
    sandbox.send(templated(person("eero@example.com")))
    sandbox.client.delete(path)
    subjects = [one["subject"] for one in sandbox.messages()]
    assert subjects == ["New words", "Aino, kahvi on lopussa"]


def test_a_mail_of_bare_addresses_without_names_or_category_is_shown(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    bare = [{"to": [{"email": "aino@example.com"}]}]
    sandbox.send(mail(personalizations=bare, **{"from": {"email": "hello@shop.example.com"}}))
    page = sandbox.page("/")
    assert "from hello@shop.example.com" in page
    assert "aino@example.com" in page
    message_id = sandbox.messages()[0]["id"]
    for view in ("mail", "text", "headers", "data", "request"):
        assert "aino@example.com" in sandbox.page(f"/messages/{message_id}?view={view}")


def test_a_mail_that_is_too_long_to_show_still_counts_as_sent(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    template_id = sandbox.create_template("Hello", "{{#each parts}}{{@root.words}}{{/each}}")
    aino = person("aino@example.com", parts=[*range(11)], words="x" * 2**20)
    sandbox.send(mail(template_id=template_id, personalizations=[aino]))
    message = sandbox.messages()[0]
    assert (message["state"], message["text"]) == ("delivered", "")
    assert "Output size exceeds" in message["error"]
    page = sandbox.page(f"/messages/{message['id']}")
    assert "The sandbox cannot show this mail" in page
    assert "dropped" not in page


def test_a_refused_request_is_listed_with_the_message_and_the_real_cause(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail(custom_args={"order": 7}), 400)
    page = sandbox.page("/rejected")
    assert "Bad Request" in page
    assert "custom_args.order: 7 is not of type" in page
    assert "aino@example.com" in page


def test_only_pressing_the_button_unsubscribes_not_opening_the_link(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    group = sandbox.post("/v3/asm/groups", {"name": "Offers", "description": "Offers"}, 201)
    sandbox.send(templated(person("aino@example.com"), asm={"group_id": group["id"]}))
    link = re.search(r"Leave \((\S+)\)", sandbox.messages()[0]["text"])[1]
    assert "Unsubscribe from" in sandbox.client.get(link).text
    assert _unsubscribed(sandbox) == 0
    assert "Done" in sandbox.client.post(link).text
    assert _unsubscribed(sandbox) == 1
    assert sandbox.audit()["suppressed_but_sent"] == []


def _unsubscribed(sandbox: SandboxClient) -> int:
    return sandbox.client.get("/v3/asm/groups").json()[0]["unsubscribes"]


def test_mail_accepted_after_an_unsubscribe_is_counted_against_the_sender(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    groups = [
        sandbox.post("/v3/asm/groups", {"name": name, "description": name}, 201)["id"]
        for name in ("Offers", "Reminders")
    ]
    aino = person("aino@example.com", "m-1")
    sandbox.send(templated(aino, asm={"group_id": groups[0]}))
    link = re.search(r"Leave \((\S+)\)", sandbox.messages()[0]["text"])[1]
    sandbox.client.post(link)
    sandbox.send(templated(person("aino@example.com", "m-2"), asm={"group_id": groups[1]}))
    sandbox.send(templated(person("aino@example.com", "m-3"), asm={"group_id": groups[0]}))
    late = [one["paluu_message_id"] for one in sandbox.audit()["suppressed_but_sent"]]
    assert late == ["m-3"]


def test_a_forged_unsubscribe_link_is_not_found(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(templated(person("aino@example.com")))
    assert sandbox.client.post("/unsubscribe/forged/1").status_code == 404


def test_a_thousand_people_are_accepted_in_half_a_second_of_one_processor(
    sandbox: SandboxClient, templated: Callable[..., dict[str, Any]]
) -> None:
    people = [person(f"person{n}@example.com", f"m-{n}", days=n) for n in range(1000)]
    began = time.process_time()  # the server runs in this process, however busy the machine is
    sandbox.send(templated(*people))
    assert time.process_time() - began < 0.5
    assert sandbox.audit()["accepted"] == 1000


def test_states_are_counted_and_filter_the_list(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail(categories=["winback"]))
    sandbox.send(mail("bounce+1@example.com", categories=["winback"]))
    sandbox.send(mail(categories=["birthday"], send_at=int(time.time()) + 3600))
    page = sandbox.page("/")
    for label in ("Delivered <span>1", "Bounced <span>1", "Scheduled <span>1"):
        assert label in page
    assert [one["to"] for one in sandbox.messages(state="bounced")] == ["bounce+1@example.com"]
    assert "Scheduled" not in sandbox.page("/?campaign=winback")
    assert "bounce+1@example.com" in sandbox.page("/?campaign=winback&state=bounced")


def test_the_timeline_shows_the_readers_actions_but_no_future_events(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail("click+1@example.com"))
    path = f"/messages/{sandbox.messages()[0]['id']}"
    assert re.findall(r'<li class="\w+">([a-z ]+) <time', sandbox.page(path)) == [
        "accepted",
        "delivered",
    ]
    sandbox.move_clock(advance_seconds=3600)
    assert re.findall(r'<li class="\w+">([a-z ]+) <time', sandbox.page(path)) == [
        "accepted",
        "delivered",
        "opened",
        "link clicked",
    ]


def test_a_bounce_is_shown_with_the_mail_servers_message(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    sandbox.send(mail("bounce+1@example.com"))
    page = sandbox.page(f"/messages/{sandbox.messages()[0]['id']}")
    assert "550 5.1.1" in page
    assert 'class="chip fate bounced"' in page


def test_the_clock_is_on_every_page_and_a_button_advances_it(
    sandbox: SandboxClient, mail: Callable[..., dict[str, Any]]
) -> None:
    assert "ahead" not in sandbox.page("/")
    sandbox.send(mail(categories=["winback"], send_at=int(time.time()) + 3000))
    assert "1 message of winback" in sandbox.page("/clock")
    moved = sandbox.client.post("/clock/advance/3600", follow_redirects=True).text
    assert "1 h ahead of real time" in moved
    assert "Nothing is scheduled" in moved
    assert "1 h ahead" in sandbox.page("/rejected")
    assert sandbox.states() == ["delivered"]


def test_the_clock_page_shows_webhooks_and_injected_faults(
    sandbox: SandboxClient,
) -> None:
    hook = {"enabled": True, "url": "http://127.0.0.1:9/events"}
    sandbox.post("/v3/user/webhooks/event/settings", hook, 201)
    sandbox.post("/_sandbox/probabilities", {"bounce": 0.02}, 200)
    sandbox.plan_fault(kind="rst", phase="after_accept")
    page = sandbox.page("/clock")
    for shown in ("http://127.0.0.1:9/events", "after accept", ", 0 times of 1", "2.0 %"):
        assert shown in page
