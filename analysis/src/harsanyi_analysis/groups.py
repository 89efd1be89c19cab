"""A groups file as an xarray.Dataset (docs/formats/groups.md)."""

from pathlib import Path

import numpy as np
import xarray as xr

from .formats import GROUPS, open_format, root_attributes, text_group, texts


def open_groups(path: str | Path) -> xr.Dataset:
    """The salient group of every layer.

    members [layer] bit mask, group [layer] its label, dividend and margin [layer] in log-odds,
    calibrated [layer, head] true where GAC edits the query head, salient [layer, head] true where the head
    belongs to a player of the group; coordinate player [head]. Attributes: the conventions of the choice.
    """
    with open_format(path, GROUPS) as file:
        members = file["members"][...].astype(np.int64)
        attributes = root_attributes(file)
        heads, players = int(attributes["query_heads"]), int(attributes["players"])
        if players < 1 or heads % players:
            raise ValueError(f"{heads} query heads do not divide among {players} players")
        player = np.arange(heads) // (heads // players)
        return xr.Dataset(
            {
                "members": ("layer", members),
                "group": ("layer", texts(file["group"])),
                "dividend": ("layer", file["dividend"][...]),
                "margin": ("layer", file["margin"][...]),
                "calibrated": (("layer", "head"), file["calibrated"][...].astype(bool)),
                "salient": (("layer", "head"), (members[:, None] >> player & 1).astype(bool)),
            },
            coords={"layer": np.arange(members.size), "head": np.arange(heads), "player": ("head", player)},
            attrs=attributes | {"provenance": text_group(file, "provenance")},
        )
