"""Whatever a line brings, the card reader code either finds the frame or raises a DeviceError."""

from __future__ import annotations

import contextlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from devices.address import parse_escl, parse_sane, parse_sdt
from devices.base import CardRead
from devices.drivers.id_sdt import sam_id_text
from devices.errors import DeviceError
from devices.escl.messages import parse_capabilities, parse_status
from devices.pictures import measure
from devices.sdt.card import Payload, parse_card, split_addresses, split_payload
from devices.sdt.frames import HEADER, LONGEST, FrameReader, build

BODIES = st.binary(min_size=3, max_size=LONGEST - 1)
NOISE = st.one_of(
    st.binary(max_size=400),
    st.lists(st.sampled_from([HEADER[:n] for n in range(1, 5)] + [b"\0", b"\x69"]), max_size=40).map(
        b"".join
    ),
)


def feed(reader: FrameReader, data: bytes, cuts: list[int]) -> list[bytes]:
    """Feed ``data`` in pieces cut at ``cuts`` and return all bodies."""
    found = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        reader.feed(data[start:end])
        while (body := reader.next_body()) is not None:
            found.append(body)
    return found


@given(noise=NOISE, body=BODIES, cuts=st.lists(st.integers(0, 5000), max_size=8))
def test_a_frame_after_any_noise_without_a_header_is_found(
    noise: bytes, body: bytes, cuts: list[int]
) -> None:
    noise = noise.replace(HEADER, b"")
    while HEADER in noise:
        noise = noise.replace(HEADER, b"")
    reader = FrameReader()
    assert feed(reader, noise + build(body), cuts) == [body]
    assert reader.dropped == len(noise)
    assert reader.pending == 0


@given(bodies=st.lists(BODIES, max_size=5), cuts=st.lists(st.integers(0, 20_000), max_size=20))
def test_frames_survive_any_cutting(bodies: list[bytes], cuts: list[int]) -> None:
    assert feed(FrameReader(), b"".join(map(build, bodies)), cuts) == bodies


@given(body=BODIES, at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_changed_byte_never_gives_a_wrong_frame(body: bytes, at: int, flip: int) -> None:
    frame = bytearray(build(body))
    frame[at % len(frame)] ^= flip
    reader = FrameReader()
    found = feed(reader, bytes(frame), [])
    assert body not in found


@given(data=st.binary(max_size=6000), cuts=st.lists(st.integers(0, 6000), max_size=8))
def test_random_bytes_raise_nothing_and_hold_less_than_a_frame(data: bytes, cuts: list[int]) -> None:
    reader = FrameReader()
    found = feed(reader, data, cuts)
    assert reader.pending < len(HEADER) + 2 + LONGEST
    assert reader.dropped + reader.pending + sum(len(build(body)) for body in found) == len(data)


@given(text=st.binary(min_size=256, max_size=256), finger=st.sampled_from([0, 512, 1024]))
def test_any_text_block_becomes_a_card_that_keeps_its_bytes(text: bytes, finger: int) -> None:
    card = parse_card(Payload(text, bytes(1024), finger))
    assert isinstance(card, CardRead)
    assert (card.raw, card.finger_length) == (text, finger)
    assert repr(card).startswith("<CardRead ")
    if "\ufffd" in card.name + card.english_name:
        assert "\ufffd" in card.suspect_characters


@given(marker=st.sampled_from("JIY "), text=st.text(max_size=128), start=st.integers(0, 255))
def test_any_characters_in_any_layout_become_a_card(marker: str, text: str, start: int) -> None:
    block = bytearray(" ".encode("utf-16-le") * 128)
    encoded = text.encode("utf-16-le", "surrogatepass")
    block[start : start + len(encoded)] = encoded
    block = block[:256].ljust(256, b"\0")
    block[248:250] = marker.encode("utf-16-le")
    parse_card(Payload(bytes(block), bytes(1024), 0))


@given(data=st.binary(max_size=3000))
def test_parsers_of_replies_raise_nothing_but_device_errors(data: bytes) -> None:
    for parse in (
        lambda: split_payload(data, with_finger=True),
        lambda: split_payload(data, with_finger=False),
        lambda: split_addresses(data),
        lambda: sam_id_text(data),
        lambda: parse_card(Payload(data, b"", 0)),
        lambda: parse_capabilities(data),
        lambda: parse_status(data, has_feeder=True),
        lambda: measure(data),
        lambda: measure(b"\xff\xd8" + data + b"\xff\xd9"),
        lambda: measure(b"\x89PNG\r\n\x1a\n" + data + b"IEND\xaeB`\x82"),
    ):
        with contextlib.suppress(DeviceError):
            parse()


@given(
    rest=st.text(max_size=60),
    scheme=st.sampled_from(["sdt+serial", "sdt+tcp", "sdt+rfc2217", "escl+http", "sane", ""]),
)
def test_any_address_is_understood_or_refused(rest: str, scheme: str) -> None:
    for url in (f"{scheme}:{rest}", f"{scheme}://{rest}", f"{scheme}:///{rest}", f"{scheme}://host:1/{rest}"):
        for parse in (parse_sdt, parse_escl, parse_sane):
            with contextlib.suppress(DeviceError):
                parse(url)
