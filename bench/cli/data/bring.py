"""`bench data import`: bring in a file in another layout as a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.data.on import ON, make_features, shared_out

if TYPE_CHECKING:
    from bench.api.parts import Dataset
    from bench.plugins.registry import PluginEntry

FILE = click.Path(path_type=Path)


@click.command("import", short_help="Bring in a file in another layout as a dataset.")
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="What to call the dataset.")
@click.option(
    "--like",
    metavar="DATASET",
    help="A dataset whose plugin reads it.  [default: the installed ones are asked in turn]",
)
@click.option(
    "--layout",
    help="Of particles: array, fixed or table (HDF5 of rows), padded (arrays of three axes), "
    "particles (lists in Parquet or ROOT), wide (PX_0, PY_0 and so on), weaver, jetnet or "
    "omnilearned. Of features: features (HDF5 as pandas writes it) or columns (text, Parquet, "
    "ROOT, arrays).  [default: recognised]",
)
@click.option(
    "--key",
    help="Where the events are: the array or frame in HDF5 or .npz; in Parquet and ROOT, the "
    "column of particles or what the names of their columns begin with (EFlow for Delphes' "
    "particle flow).  [default: found]",
)
@click.option(
    "--tree", metavar="NAME", help="Of a ROOT file, the tree of events.  [default: the only one]"
)
@click.option(
    "--columns",
    metavar="NAMES",
    help="What the columns of an array or of a text are, if it gives them no names: pt,eta,phi or "
    "m_jj,mj1,label; _ for one to leave out.",
)
@click.option(
    "--signal-file",
    type=FILE,
    help="A second file, of signal; FILE is background then and may have no other label than 0.",
)
@click.option("--label", type=click.IntRange(0, 9), help="The label of every event.")
@click.option(
    "--labels", type=FILE, help="Labels: a text file with one a line, or an array in .npy."
)
@click.option("--label-column", metavar="NAME", help="The column of labels.  [default: recognised]")
@click.option(
    "--split-column",
    metavar="NAME",
    help="The column that says which of train, valid and test an event is for.",
)
@click.option(
    "--split-meaning",
    "split_meanings",
    multiple=True,
    metavar="VALUE=SPLIT",
    help="What a value of it means, such as 0=train; SPLIT is train, valid, test or open.",
)
@click.option(
    "--test-file",
    type=FILE,
    help="A second file, of the published test part; FILE is the train part then.",
)
@click.option("--valid-file", type=FILE, help="Beside --test-file, the published valid part.")
@click.option(
    "--unit",
    "units",
    multiple=True,
    metavar="NAME=UNIT",
    help="The unit of a column, or of those of a pattern such as 'p?j?'; 1 for a pure number. Of "
    "particles, NAME is pt, phi or 'p?'.  [default: the file's, else the usual one of the name]",
)
@click.option(
    "--without-column",
    "without_columns",
    multiple=True,
    metavar="NAME",
    help="A column to leave out, such as weights or the number of the event; several times if need "
    "be.",
)
@click.option(
    "--label-meaning",
    "label_meanings",
    multiple=True,
    metavar="LABEL=MEANING",
    help="For the card; a single word, or what stands before a colon, names the kind of signal.",
)
@click.option("--title", default="", help="For the card.")
@click.option("--source", default="", help="For the card: where it was published.")
@click.option("--licence", default="", help="For the card.")
@click.option(
    "--skip-bad-events",
    is_flag=True,
    help="Leave out invalid events, counted, up to one in a thousand.",
)
@click.option("--force", is_flag=True, help="Replace an imported dataset of this name.")
@ON
def bring(like: str | None, where: str | None, **options: Any) -> None:
    """Make a dataset of FILE, which is left as it is: converted, validated, with a card.

    Labels are those of FILE's label column; without one, say --label, --labels or --signal-file.
    A column that looks like weights, numbers of events, a second label or a division is refused
    until --label-column, --split-column or --without-column says what it is; every other number is
    a feature. Energies are kept in GeV and angles in rad; values far from what their unit allows at
    the LHC are questioned until --unit says it. From then on the dataset is one like any other.
    FILE may be a folder that `bench data export` wrote with --layout: its splits are kept.

    A published division into train, valid and test is the split then. Where it has no valid part,
    its train part is divided by the events' hashes, five sixths to train; so are the events of
    which the column says nothing, as those of any other dataset. Without a test part it can be
    fitted on and not evaluated. An event in two parts is used in the test part alone, and counted.

    \b
    bench data import events.parquet --name mine --signal-file signal.parquet
    bench data import delphes.root --tree Delphes --key Tower --label 0 --name towers
    bench data import jets.npz --columns pt,y,phi,pid --name jets
    bench data import train.h5 --name top --valid-file val.h5 --test-file test.h5
    bench data import events_anomalydetection_v2.features.h5 --name published-features
    bench run --plugin gbt --dataset mine
    """
    from bench.api.dataset_requests import ImportRequest
    from bench.api.errors import RequestError
    from bench.api.parts import Dataset
    from bench.cli.data.named import in_turn
    from bench.cli.surroundings import context
    from bench.plugins.options import build
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home

    request, home = ImportRequest(**options), Home.here()
    taken = load_registry().all(Dataset).get(request.name)

    def imported(reader: PluginEntry[Dataset]) -> Sequence[str]:
        if taken and taken.plugin != reader.plugin:
            name = f"{request.name} of {taken.plugin}"
            raise RequestError(f"there is a dataset {name}; take another name")
        return build(reader.part, {}).import_file(request, surroundings)

    with shared_out(where, home, context(home)) as surroundings:
        lines = in_turn(like, "import_file", imported, "--like")
        if where is not None:
            make_features(request.name, None, home, surroundings)
    for line in lines:
        click.echo(line)
