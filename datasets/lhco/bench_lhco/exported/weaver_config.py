"""The data config that weaver-core reads beside the files of an export."""

from __future__ import annotations

TEMPLATE = """\
# Data config for weaver-core. An entry is an event: the constituents of its two leading jets,
# hardest first; part_deta and part_dphi are from the first jet. No event has more than {length} of
# them here: a smaller length leaves the softest out.
selection:
test_time_selection:

new_variables:
   part_mask: ak.ones_like(part_energy)
   part_pt: np.hypot(part_px, part_py)
   part_logpt: np.log(part_pt)
   part_loge: np.log(part_energy)
   part_logptrel: np.log(part_pt / jet_pt)
   part_logerel: np.log(part_energy / jet_energy)
   part_deltaR: np.hypot(part_deta, part_dphi)

preprocess:
   method: auto
   data_fraction: 0.5

inputs:
   pf_points:
      length: {length}
      vars:
         - [part_deta, null]
         - [part_dphi, null]
   pf_features:
      length: {length}
      vars:
         - part_logpt
         - part_loge
         - part_logptrel
         - part_logerel
         - part_deltaR
         - [part_jet, 1.5, 1]
         - [part_deta, null]
         - [part_dphi, null]
   pf_vectors:
      length: {length}
      vars:
         - [part_px, null]
         - [part_py, null]
         - [part_pz, null]
         - [part_energy, null]
   pf_mask:
      length: {length}
      vars:
         - [part_mask, null]

labels:
   type: simple
   value: [label_signal, label_background]

observers: [event, index, label, weight, jet_pt, jet_eta, jet_phi, jet_mass, jet2_pt, jet2_mass]

weights:
"""


def config(length: int) -> str:
    """The config, for entries of at most so many constituents."""
    return TEMPLATE.format(length=length)
