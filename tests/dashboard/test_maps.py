"""Do the map and the unit chart show every province and every unit once, in the right place, with the right facts?"""

import gzip
import re
from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from math import dist
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from dashboard import maps
from dashboard.atlas import national_atlas, province_atlas
from dashboard.tiles import TILE_COLUMNS, TILE_ROWS, tiles
from mpp_tracker.local.environment import ROOT
from regions.models import FormerProvince, OperatingRecord, Province, Regency, Site
from taskforce.choices import Basis, Boundaries, Counting, CoverageClass, MapView, StageGroup
from taskforce.coverage import coverage, unit_standings

pytestmark = pytest.mark.django_db

CODES = sorted(maps.outlines())
FIRST, LAST = date(2017, 1, 1), date(2026, 6, 30)
days = st.integers(0, (LAST - FIRST).days).map(lambda offset: FIRST + timedelta(days=offset))
slowly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def drawn(client: Client, url: str, kind: str = "map__picture") -> list[ElementTree.Element]:
    """Return the pictures of a page, read as what they are: well-formed XML."""
    content = client.get(url).content.decode()
    pictures = re.findall(rf'<svg class="{kind}.*?</svg>', content, re.DOTALL)
    well_formed = [re.sub(r"(data-marks)(?=[ >])", r'\1=""', each) for each in pictures]
    return [ElementTree.fromstring(each.replace("&nbsp;", " ")) for each in well_formed]  # noqa: S314 - our own


def links(picture: ElementTree.Element, *, of: str) -> list[tuple[str, str]]:
    """Return address and title of a map's links, of its provinces or of its units."""
    shape = {"provinces": "path", "units": "use"}[of]
    return [(a.get("href", ""), a.findtext("title", "")) for a in picture.iter("a") if a.find(shape) is not None]


def area_of(ring: maps.Ring) -> float:
    """Return the area of a ring in square degrees, with the sign of its direction."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2


@given(st.sets(st.sampled_from(CODES), min_size=1))
def test_areas_drawn_as_one_are_as_large_as_all_of_them(codes: set[str]) -> None:
    outlines = maps.outlines()

    united = maps.united(outlines[code] for code in codes)

    parts = sum(area_of(ring) for code in codes for ring in outlines[code])
    assert sum(map(area_of, united)) == pytest.approx(parts)


def test_between_areas_drawn_as_one_there_is_no_border() -> None:
    papua = ("91", "93", "94", "95")
    corners = {code: {corner for ring in maps.outlines()[code] for corner in ring} for code in papua}

    united = maps.rings_of(papua)

    # What the four provinces share is inside the island, but for the ends of their borders at its coast.
    inside = Counter(corner for own in corners.values() for corner in own)
    shared = {corner for corner, holders in inside.items() if holders > 2}
    assert shared
    assert not shared & {corner for ring in united for corner in ring}


@pytest.mark.parametrize("code", CODES)
def test_a_province_fills_its_own_map(code: str) -> None:
    frame = maps.province_frame((code,))

    spots = [frame.spot(place) for ring in maps.rings_of((code,)) for place in ring]

    spans = [max(values) - min(values) for values in zip(*spots, strict=True)]
    room = [side - 2 * maps.PROVINCE_MARGIN for side in (frame.width, frame.height)]
    assert all(0 <= x <= frame.width and 0 <= y <= frame.height for x, y in spots)
    assert max(span / most for span, most in zip(spans, room, strict=True)) == pytest.approx(1)


@pytest.mark.parametrize("code", CODES)
def test_a_path_says_where_the_outline_is(code: str) -> None:
    frame = maps.nation_frame()

    path = maps.area_path((code,), frame)

    walked = []
    for ring in path.split("z")[:-1]:
        start, steps = ring.removeprefix("M").split("l")
        x, y = map(int, start.split())
        walked.append((x, y))
        numbers = [int(each) for each in re.findall(r"-?\d+", steps)]
        for across, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + across, y + down
            walked.append((x, y))
    corners = {frame.spot(place) for ring in maps.rings_of((code,)) for place in ring}
    assert walked
    assert all(any(dist(point, corner) < 1 for corner in corners) for point in walked)


def test_no_mark_hides_another(client: Client) -> None:
    (nation,) = drawn(client, "/")

    spots = [(int(use.get("x", "")), int(use.get("y", ""))) for use in nation.iter("use")]

    assert len(spots) == 509
    assert min(dist(one, other) for one, other in combinations(spots, 2)) > 7


def test_units_with_one_seat_stand_side_by_side() -> None:
    one, other = maps.spread(((50.0, 50.0), (50.0, 50.0)), 26)

    assert dist(one, other) >= 25


@given(st.lists(st.tuples(st.floats(95, 141), st.floats(-11, 6)), min_size=1, max_size=TILE_COLUMNS * TILE_ROWS))
@settings(deadline=None)
def test_every_place_has_a_tile_of_its_own(places: list[maps.Point]) -> None:
    on_tiles = tiles(tuple(places))

    assert len(set(on_tiles)) == len(places)
    assert all(0 <= column < TILE_COLUMNS and 0 <= row < TILE_ROWS for column, row in on_tiles)


def test_more_places_than_tiles_are_refused() -> None:
    with pytest.raises(ValueError, match="more places than tiles"):
        tiles(((118.0, -2.0),) * (TILE_COLUMNS * TILE_ROWS + 1))


def test_every_tile_has_its_place_in_the_style_sheet() -> None:
    style = (ROOT / "static" / "css" / "pantau.css").read_text()

    for side, most, name in (("c", TILE_COLUMNS, "column"), ("r", TILE_ROWS, "row")):
        placed = re.findall(rf"\.tile--{side}(\d+) {{\s+grid-{name}: (\d+);", style)
        assert placed == [(str(number), str(number)) for number in range(1, most + 1)]


@pytest.mark.parametrize("code", CODES)
def test_names_touch_neither_marks_nor_each_other(code: str) -> None:
    figures = coverage(LAST)
    units = unit_standings(figures.question, code)
    area = figures.province(code)
    assert area is not None

    picture = province_atlas(figures, area, units).picture

    assert picture is not None
    reach = {"start": (0, 1), "middle": (0.5, 0.5), "end": (1, 0)}
    names = []
    for label in picture.labels:
        before, after = (share * 7 * len(label.text) for share in reach[label.anchor])
        x, y = int(label.x), int(label.y)
        names.append((x - before, y - 12, x + after, y + 3))
    marks = [(int(m.x) - 8, int(m.y) - 8, int(m.x) + 8, int(m.y) + 8) for m in picture.marks]
    overlaps = [
        (one, other)
        for one, other in combinations(names + marks, 2)
        if one in names and one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    assert overlaps == []
    assert len(picture.labels) >= min(len(picture.marks), 4)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("as_at=2025-12-15", 38),
        ("as_at=2022-06-30", 34),
        ("as_at=2022-10-01", 37),
        ("as_at=2022-06-30&boundaries=now", 38),
        ("as_at=2025-12-15&basis=508", 38),
    ],
)
def test_every_province_of_the_day_is_drawn_once_and_leads_to_its_page(client: Client, query: str, count: int) -> None:
    figures = coverage(**{name: values[0] for name, values in _asked(query).items()})

    (nation,) = drawn(client, f"/?{query}")

    shown = links(nation, of="provinces")
    assert [href for href, _title in shown] == [f"/provinsi/{area.code}/?{query}" for area in figures.provinces]
    assert len(shown) == count
    for (_href, title), area in zip(shown, figures.provinces, strict=True):
        assert title.startswith(f"{area.name}: {area.covered} dari {area.units} unit, ")


def _asked(query: str) -> dict[str, Any]:
    asked: dict[str, Any] = parse_qs(query)
    return asked | {"as_at": [date.fromisoformat(asked["as_at"][0])]}


def test_before_the_split_papua_is_one_and_later_five() -> None:
    before = national_atlas(coverage(date(2022, 6, 30)), MapView.MAP).picture
    now = national_atlas(coverage(LAST), MapView.MAP).picture

    assert before is not None
    assert now is not None
    paths = {each.area.code: each.path for each in before.areas}
    assert paths["91"] == maps.area_path(("91", "93", "94", "95"), maps.nation_frame())
    assert paths["92"] == maps.area_path(("92", "96"), maps.nation_frame())
    assert {each.path for each in now.areas if each.area.code == "91"} == {maps.area_path(("91",), maps.nation_frame())}


def test_the_map_of_a_province_of_those_days_shows_it_whole(client: Client) -> None:
    (papua,) = drawn(client, "/provinsi/91/?as_at=2022-06-30")

    assert len(links(papua, of="units")) == 29


@pytest.mark.parametrize(("basis", "units"), [("509", 509), ("508", 508), ("514", 514)])
@pytest.mark.parametrize("view", ["peta", "sel"])
def test_every_unit_has_its_mark(client: Client, basis: str, units: int, view: str) -> None:
    address = f"/?as_at=2025-12-15&basis={basis}&tampilan={view}"
    figures = coverage(date(2025, 12, 15), basis=basis)

    pictures = drawn(client, address, "map__picture" if view == "peta" else "tile__cells")

    shown = [title.split(":")[0] for picture in pictures for _href, title in links(picture, of="units")]
    assert sorted(shown) == sorted(unit.name for unit in unit_standings(figures.question))
    assert len(shown) == units


def test_a_unit_leads_on_and_keeps_the_question(client: Client) -> None:
    (nation,) = drawn(client, "/?as_at=2024-12-12&counting=opened")

    addresses = {title.split(":")[0]: urlsplit(href) for href, title in links(nation, of="units")}

    banyuwangi = addresses["Kabupaten Banyuwangi"]
    assert client.get(banyuwangi.geturl()).status_code == 200
    assert parse_qs(banyuwangi.query) == {"as_at": ["2024-12-12"], "counting": ["opened"]}


def test_a_mark_says_how_far_its_unit_is(client: Client, site: Site, verified: Any) -> None:
    verified(site, "building", date(2026, 3, 1))

    content = client.get("/provinsi/35/").content.decode()

    assert '<title>Kabupaten Ponorogo: Pembangunan/renovasi 1 Maret 2026</title><use href="#tanda-underway"' in content
    assert '<title>Kabupaten Banyuwangi: Diresmikan 6 Oktober 2017</title><use href="#tanda-inaugurated"' in content
    assert '<title>Kabupaten Blitar: Belum ada data</title><use href="#tanda-unknown"' in content


def test_who_serves_without_a_stage_is_shown_as_open(client: Client, site: Site, operating: Any) -> None:
    assert isinstance(operating(site, "operating", date(2026, 3, 1)), OperatingRecord)

    content = client.get("/provinsi/35/").content.decode()

    assert '<title>Kabupaten Ponorogo: Beroperasi 1 Maret 2026</title><use href="#tanda-opened"' in content


def test_markup_in_a_name_stays_text(client: Client) -> None:
    name = "<script>\"&'</script>"
    Regency.objects.filter(code="35.02").update(name=name)
    Province.objects.filter(code="35").update(name=f"Provinsi {name}")

    for address in ("/", "/?tampilan=sel", "/provinsi/35/", "/peta/"):
        assert "<script>&quot;" not in client.get(address).content.decode()
        assert name not in client.get(address).content.decode()
    (nation,) = drawn(client, "/")
    titles = [title for of in ("provinces", "units") for _href, title in links(nation, of=of)]
    assert f"{name}: Belum ada data" in titles
    assert any(title.startswith(f"Provinsi {name}: 35 dari 38 unit") for title in titles)


def test_a_unit_whose_seat_is_unknown_is_named(client: Client, ponorogo: Regency) -> None:
    Regency.objects.filter(pk=ponorogo.pk).update(seat_latitude=None, seat_longitude=None)

    (nation,) = drawn(client, "/")

    assert len(links(nation, of="units")) == 508
    assert (
        "Belum ada data koordinat, jadi tanpa tanda: Kabupaten Ponorogo."
        in client.get("/provinsi/35/").content.decode()
    )
    cells = drawn(client, "/?tampilan=sel", "tile__cells")
    assert sum(len(links(block, of="units")) for block in cells) == 509


def test_a_province_without_an_outline_has_its_marks_and_its_tile(client: Client) -> None:
    java = Province.objects.get(code="35")
    young = Province.objects.create(
        code="37", name="Madura", island_group="Jawa", established_on=date(2026, 1, 1), split_from=java
    )
    moved = Regency.objects.filter(code__in=["35.26", "35.27"])
    for regency in moved:
        FormerProvince.objects.create(
            regency=regency, province=java, former_code=regency.code, until=date(2026, 1, 1), legal_basis="UU 1/2026"
        )
    moved.update(province=young)

    (nation,) = drawn(client, "/")
    content = client.get("/provinsi/37/").content.decode()
    blocks = national_atlas(coverage(LAST), MapView.CELLS).blocks

    assert len(links(nation, of="units")) == 509
    assert "Belum ada data garis batas provinsi ini." in content
    assert [len(block.cells) for block in blocks if block.area.code == "37"] == [2]


@slowly
@given(
    as_at=days,
    basis=st.sampled_from(Basis.values),
    boundaries=st.sampled_from(Boundaries.values),
    counting=st.sampled_from(Counting.values),
)
def test_no_cell_lies_on_another_on_any_day(as_at: date, basis: str, boundaries: str, counting: str) -> None:
    figures = coverage(as_at, basis=basis, boundaries=boundaries, counting=counting)

    atlas = national_atlas(figures, MapView.CELLS)

    assert [block.area for block in atlas.blocks] == list(figures.provinces)
    assert len({(block.column, block.row) for block in atlas.blocks}) == len(atlas.blocks)
    for block in atlas.blocks:
        spots = {(int(cell.x), int(cell.y)) for cell in block.cells}
        assert len(spots) == len(block.cells) == block.area.units
        assert all(0 <= x < 20 * block.columns and 0 <= y < 20 * block.rows for x, y in spots)
        assert block.columns <= 7


@slowly
@given(as_at=days, basis=st.sampled_from(Basis.values), boundaries=st.sampled_from(Boundaries.values))
def test_layers_and_classes_add_up_to_what_coverage_counts(as_at: date, basis: str, boundaries: str) -> None:
    figures = coverage(as_at, basis=basis, boundaries=boundaries)

    atlas = national_atlas(figures, MapView.MAP)

    groups, classes = dict(atlas.groups), dict(atlas.classes)
    assert groups[StageGroup.INAUGURATED] == figures.national.covered
    assert sum(groups.values()) == figures.national.units
    assert sum(classes.values()) == len(figures.provinces)
    assert classes[CoverageClass.NONE] == len([area for area in figures.provinces if area.units and not area.covered])
    for row, area in zip(atlas.rows, figures.provinces, strict=True):
        assert (sum(count for _group, count in row.groups), row.area) == (area.units, area)


def test_the_summary_stands_in_words_before_the_picture(client: Client) -> None:
    content = client.get("/?as_at=2022-06-30").content.decode()

    said = "Dari 34 provinsi, 1 sudah lengkap, 0 sudah mencapai 50 % atau lebih, 21 masih di bawah 50 %, dan 12 belum"
    assert 0 < content.index(said) < content.index('<svg class="map__picture')


def test_the_table_beside_holds_what_the_map_shows(client: Client) -> None:
    content = client.get("/peta/?as_at=2025-12-15").content.decode()

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content)).replace("\N{NO-BREAK SPACE}", " ")
    assert "295 dari 509 unit 58,0 %" in words
    assert "Jawa Timur 35 dari 38 92,1 % 35 0 0 0 3" in words


def test_the_question_keeps_the_view(client: Client) -> None:
    content = client.get("/?tampilan=sel").content.decode()

    assert '<input type="hidden" name="tampilan" value="sel"' in content
    assert 'class="tiles"' in content
    assert "map__picture" not in content


@pytest.mark.parametrize("path", ["/", "/peta/"])
def test_a_view_that_does_not_exist_is_explained(client: Client, path: str) -> None:
    response = client.get(f"{path}?tampilan=globe")

    assert response.status_code == 400
    assert "tampilan: “globe” tidak dikenal. Pilihannya: peta, sel." in response.content.decode()


@pytest.mark.parametrize(
    ("address", "count"),
    [
        # 1 the version, 2 the facts, 3 the targets, 4 the units, 5 their seats
        ("/peta/", 5),
        ("/peta/?tampilan=sel", 5),
        ("/peta/?as_at=2017-01-01&basis=514", 5),
    ],
)
def test_a_map_takes_as_many_queries_whatever_it_shows(
    client: Client, address: str, count: int, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(count):
        client.get(address)


@pytest.mark.parametrize("address", ["/", "/?tampilan=sel", "/peta/?as_at=2022-06-30&counting=opened&basis=514"])
def test_the_map_weighs_less_than_25_kb(client: Client, address: str) -> None:
    content = client.get(address).content.decode()

    (section,) = re.findall(r'<section class="atlas".*?</section>', content, re.DOTALL)

    assert len(gzip.compress(section.encode())) < 25_000


def test_the_reported_layer_shows_on_the_map_only_to_whoever_asks(
    client: Client, site: Site, reported: Any, officer: User
) -> None:
    reported(site)
    client.force_login(officer)
    is_done = "<title>Kabupaten Ponorogo: Diresmikan 1 Maret 2026</title>"

    assert is_done not in client.get("/provinsi/35/").content.decode()
    assert is_done in client.get("/provinsi/35/?layer=reported").content.decode()
