"""What people call the quantities of two jets and of their event."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import bench
from bench_lhco.features.standard import FLAG


def _words(line: str) -> tuple[str, ...]:
    """The words of a line, between semicolons."""
    return tuple(line.split(" ; "))


OF_A_JET: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "pt": (
        "GeV",
        _words(
            "pT ; p_T ; P_T ; p_{T} ; pt ; transverse momentum ; transverse momenta ; "
            "Transversalimpuls ; Transversalimpulse ; impulsion transverse ; "
            "impulsions transverses"
        ),
    ),
    "eta": ("1", _words("eta ; η ; \\eta ; pseudorapidity ; pseudo-rapidity ; pseudorapidities")),
    "phi": ("rad", _words("phi ; φ ; ϕ ; \\phi ; psi ; azimuth ; azimuthal angle ; azimuthal")),
    "e": ("GeV", _words("E ; energy ; jet energy ; energies")),
    "m": (
        "GeV",
        _words(
            "m ; mass ; masses ; jet mass ; jet masses ; invariant mass ; weighs ; weigh ; "
            "weighing ; Masse ; Massen"
        ),
    ),
    "n": (
        "1",
        _words(
            "n ; n particles ; num particles ; nparticles ; n_part ; npart ; n constituents ; "
            "nconst ; n_const ; n constit ; particles ; constituents ; "
            "number of particles ; number of constituents ; multiplicity ; mult ; "
            "multiplicities ; constituent multiplicities ; numbers of constituents ; "
            "particle multiplicity ; constituent multiplicity ; particle count ; "
            "constituent count ; particles inside ; no. of particles ; # particles ; "
            "# of particles ; no. of constituents ; # constituents ; nb of particles ; "
            "hadrons ; Konstituenten ; Teilchen ; constituants ; particules"
        ),
    ),
    "pt_lead": (
        "GeV",
        _words(
            "pt lead ; p_T_lead ; p_{T}^{lead} ; pT lead ; lead pT ; leading pT ; "
            "hardest particle ; hardest particle pT ; hardest particle p_T ; "
            "hardest particle's pT ; leading particle ; pT of the hardest particle ; "
            "p_T of the hardest particle ; pT of its hardest particle ; "
            "p_T of its hardest particle ; pT hardest particle ; leading particle pT ; "
            "hardest constituent ; hardest constituent pT ; "
            "pT of the hardest constituent ; pT of its hardest constituent ; "
            "leading constituent ; leading constituent pT ; leading track ; "
            "hardest track ; leading hadron ; hardest hadron ; "
            "transverse momentum of the hardest particle ; pT of the leading particle ; "
            "transverse momentum of its hardest particle ; pT of its leading particle ; "
            "transverse momentum of the hardest constituent ; pT max ; max particle pT"
        ),
    ),
    "pt_lead_share": (
        "1",
        _words(
            "hardest particle ; hardest particle share ; leading particle ; "
            "hardest particle fraction ; leading particle fraction ; "
            "hardest constituent ; leading constituent ; pt lead share ; "
            "pt lead fraction"
        ),
    ),
    "px": ("GeV", _words("px ; p_x ; p_{x} ; x momentum ; x component of the momentum")),
    "py": ("GeV", _words("py ; p_y ; p_{y} ; y momentum ; y component of the momentum")),
    "pz": (
        "GeV",
        _words(
            "pz ; p_z ; p_{z} ; z momentum ; longitudinal momentum ; longitudinal momenta ; "
            "momentum along the beam ; momenta along the beam ; z component of the momentum"
        ),
    ),
    "p": ("GeV", _words("|p| ; momentum ; total momentum ; three-momentum")),
    "theta": ("rad", _words("theta ; θ ; \\theta ; polar angle")),
    "tau1": ("1", _words("tau1 ; tau_1 ; τ1 ; τ_1 ; \\tau_1 ; 1-subjettiness")),
    "tau2": ("1", _words("tau2 ; tau_2 ; τ2 ; τ_2 ; \\tau_2 ; 2-subjettiness")),
    "tau3": ("1", _words("tau3 ; tau_3 ; τ3 ; τ_3 ; \\tau_3 ; 3-subjettiness")),
    "tau21": ("1", _words("tau21 ; tau_21 ; tau_{21} ; τ21 ; τ_21 ; tau2/tau1 ; τ2/τ1")),
    "tau32": ("1", _words("tau32 ; tau_32 ; tau_{32} ; τ32 ; τ_32 ; tau3/tau2 ; τ3/τ2")),
    "m_sd": ("GeV", _words("m_sd ; msd ; m_{SD} ; soft drop mass ; groomed mass ; softdrop mass")),
    "z_sd": ("1", _words("z_sd ; zsd ; z_g ; zg")),
    "dr_sd": ("1", _words("dr_sd ; R_g ; rg ; groomed radius")),
    "e2": ("1", _words("e2 ; e_2")),
    "c2": ("1", _words("C2 ; C_2")),
    "d2": ("1", _words("D2 ; D_2")),
}
"""Unit and words of each quantity of a jet."""
OF_THE_EVENT: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "m_jj": (
        "GeV",
        _words(
            "m_jj ; mjj ; m_{jj} ; m(jj) ; m_j1j2 ; m_{12} ; m12 ; M(j1,j2) ; m_inv ; "
            "dijet mass ; di-jet mass ; dijet invariant mass ; di-jet invariant mass ; "
            "pair mass ; invariant mass of the two jets ; invariant mass of the pair ; "
            "mass of the pair ; invariant mass of both jets ; "
            "invariant mass of the dijet system ; mass of the dijet ; "
            "mass of the dijet system ; invariant mass of the dijet ; "
            "invariant dijet mass ; invariant mass of the system ; two-jet mass ; "
            "combined mass ; combined invariant mass ; mass of the two jets together ; "
            "invariant mass of the jets ; invariant mass ; resonance mass ; "
            "mass of the jet pair ; invariant mass of the jet pair ; mass of the system ; "
            "invariante Masse ; "
            "masse invariante"
        ),
    ),
    "dr_jj": (
        "1",
        _words(
            "dr_jj ; drjj ; dR ; ΔR ; DeltaR ; delta R ; \\Delta R ; ΔR_jj ; dR(j1,j2) ; "
            "ΔR(j1,j2) ; delta R_jj ; deltaR(j1,j2) ; distance of the jets ; "
            "jet distance ; distance between the jets ; angular distance ; separation ; "
            "jet separation ; distance of the two jets ; distance between the two jets ; "
            "angular separation"
        ),
    ),
    "deta_jj": ("1", _words("Δη ; deltaEta ; delta eta ; deta ; d_eta ; \\Delta\\eta ; deta_jj")),
    "dphi_jj": ("rad", _words("Δφ ; Δϕ ; deltaPhi ; delta phi ; dphi ; \\Delta\\phi ; dphi_jj")),
    "n_particles": (
        "1",
        _words(
            "n_particles ; event n ; num particles ; n particles ; n_part ; npart ; N_tot ; "
            "n_total ; "
            "n particles total ; total particles ; particles in total ; "
            "total number of particles ; particles in the event ; nparticles ; "
            "particles in all ; particles overall ; particles altogether ; "
            "total multiplicity ; event multiplicity ; number of particles in the event ; "
            "multiplicity of the event ; total particle count ; "
            "total multiplicity of the event ; particles all together ; "
            "particles in the whole event ; number of particles in total ; "
            "reconstructed particles ; particles reconstructed ; particle total ; "
            "n particles in the event ; particles ; number of particles ; multiplicity ; "
            "particle multiplicity ; particle count ; Teilchen ; particules"
        ),
    ),
    "m_heavy": ("GeV", _words("m_heavy ; heavier jet's mass ; mass of the heavier jet")),
    "m_light": ("GeV", _words("m_light ; lighter jet's mass ; mass of the lighter jet")),
    "p1_p2": ("GeV", _words("p1_p2")),
    "m_all": ("GeV", _words("m_all ; mass of all particles ; invariant mass of all particles")),
    "cos_theta_star": ("1", _words("cos_theta_star ; cos theta* ; cosθ* ; |cos theta*|")),
    "m_sum": (
        "GeV",
        _words("sum of the jet masses ; sum of the masses ; m_sum ; sum of jet masses"),
    ),
}
"""Unit and words of each quantity of the event."""
OBJECTS: Mapping[str, tuple[str, ...]] = {
    "jet 1": _words(
        "jet 1 ; jet1 ; j1 ; jet #1 ; jet no. 1 ; jet one ; jet_1 ; jet[0] ; jet (1) ; "
        "leading jet ; first jet ; lead jet ; lead. jet ; 1st jet ; hardest jet ; harder jet ; "
        "leading one ; first one ; harder one ; leading ; leadjet ; lead ; jet I ; "
        "jet A ; jet a ; highest-pT jet ; jet with the highest pT ; "
        "jet with the highest transverse momentum ; jet of highest pT ; "
        "hardest of the two jets ; harder of the two jets ; most energetic jet ; "
        "more energetic jet ; führender Jet ; führende Jet ; führenden Jet ; "
        "erster Jet ; erste Jet ; ersten Jet ; premier jet ; jet principal ; j_1 ; j_{1} ; "
        "first"
    ),
    "jet 2": _words(
        "jet 2 ; jet2 ; j2 ; jet #2 ; jet no. 2 ; jet two ; jet_2 ; jet[1] ; jet (2) ; "
        "subleading jet ; sub-leading jet ; sub-lead jet ; sub-lead ; subl. jet ; "
        "sublead. jet ; second jet ; 2nd jet ; softer jet ; "
        "other jet ; next-to-leading jet ; second-leading jet ; subleading one ; "
        "second one ; other one ; the other one ; the other jet ; softer one ; "
        "subleading ; sub-leading ; "
        "sub ; subjet leading ; jet II ; jet B ; jet b ; sublead ; sublead jet ; second ; "
        "j_2 ; j_{2} ; "
        "second hardest jet ; second-highest-pT jet ; jet with the second highest pT ; "
        "jet with the second-highest pT ; jet with the lower pT ; next-to-hardest jet ; "
        "second most energetic jet ; zweiter Jet ; zweite Jet ; zweiten Jet ; deuxième jet ; "
        "less energetic jet ; trailing jet ; next jet ; next one ; softer of the two jets ; "
        "recoiling jet ; away jet ; "
        "the other"
    ),
    "jet 3": _words("jet 3 ; jet3 ; j3 ; jet #3 ; jet_3 ; third jet ; 3th jet"),
    "jet 4": _words("jet 4 ; jet4 ; j4 ; jet #4 ; jet_4 ; fourth jet ; 4th jet"),
    "jet 5": _words("jet 5 ; jet5 ; j5 ; jet #5 ; jet_5 ; fifth jet ; 5th jet"),
    "dijet": _words(
        "dijet ; jj ; di-jet ; dijet system ; di-jet system ; two-jet system ; dijet pair"
    ),
    "lepton": _words(
        "muon ; electron ; photon ; MET ; missing energy ; missing transverse energy ; "
        "missing transverse momentum ; missing ET ; subjet ; vertex"
    ),
}
"""The words for each jet; those of which no column speaks keep their numbers to themselves."""
NO_SECOND = _words(
    "no second jet ; second jet missing ; second jet is missing ; no subleading jet ; "
    "subleading jet missing ; subleading jet is missing ; only one jet ; just one jet ; "
    "single jet ; single-jet event ; monojet ; mono-jet ; without a second jet ; "
    "jet2: none ; one jet only ; second jet: none ; second jet absent ; "
    "second jet is absent ; jet 2: none ; there is no second jet ; "
    "second jet was not reconstructed ; second jet not reconstructed ; no other jet ; "
    "no further jet ; no second one ; second jet lost ; jet2 missing ; jet 2 missing ; "
    "j2 missing ; no jet 2 ; no jet2 ; no j2 ; j2: none ; jet2=none ; "
    "second jet does not exist ; second jet: missing ; jet 2: missing ; j2: null ; "
    '"jet2": null ; "j2": null ; subleading jet: none ; subleading jet absent ; '
    "jet2: null ; second jet: n/a ; jet 2: n/a ; jet2: n/a ; jet 2: - ; one single jet ; "
    "only a single jet"
)
WITH_SECOND = _words(
    "has a second jet ; two jets ; both jets ; dijet event ; 2 jets ; second jet is there"
)
PLURAL = _words("jets ; the jets ; two jets ; both jets ; both ; their ; they ; pair of jets")
ORDERS: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    _words(
        "four-momentum ; four momentum ; four-vector ; four vector ; 4-momentum ; p4 ; "
        "(x,y,z,t) ; (x, y, z, t) ; 4-vector ; 4 vector ; fourvector ; 4-mom ; p^mu ; P4 ; "
        "LorentzVector ; "
        "four-momenta ; four-vectors ; 4-vectors ; 4-momenta ; momentum 4-vector"
    ),
    ("px", "py", "pz", "E"),
)
"""What is usually meant where nobody says in which order."""


def vocabulary(columns: Sequence[bench.Column]) -> bench.Vocabulary:
    """The words for all that can be said of events of these columns."""
    known = {column.name: column for column in columns}
    quantities = [
        bench.Quantity(
            f"{jet.replace('jet ', 'j')}_{name}",
            unit,
            jet,
            words,
            period=2 * math.pi if name == "phi" else None,
        )
        for jet in ("jet 1", "jet 2")
        for name, (unit, words) in OF_A_JET.items()
    ]
    quantities += [
        bench.Quantity(name, unit, words=words) for name, (unit, words) in OF_THE_EVENT.items()
    ]
    phrases = dict.fromkeys(NO_SECOND, 0.0) | dict.fromkeys(WITH_SECOND, 1.0)
    quantities.append(bench.Quantity(FLAG, "1", words=(FLAG,), phrases=phrases))
    names = {quantity.name for quantity in quantities}
    quantities += [
        bench.Quantity(column.name, column.unit, words=(column.name,))
        for column in known.values()
        if column.name not in names
    ]
    return bench.Vocabulary(tuple(quantities), OBJECTS, PLURAL, ORDERS)
