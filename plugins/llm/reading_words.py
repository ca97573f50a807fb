"""What else physicists call things, and write beside, for the texts that `reader` learns."""

from __future__ import annotations

QUANTITIES: dict[str, tuple[str, ...]] = {
    "pt": (
        *("transv. mom.", "transv. momentum", "momentum transverse to the beam", "trans. mom."),
        *("transverse mom.", "pT value", "jet pT", "p_perp", "pperp", "jet_pt", "ptj", "p⊥"),
        *("transverse momentum pT", "transverse momentum (pT)", "pt_jet"),
    ),
    "eta": ("pseudorap.", "pseudo rapidity", "eta value", "η value", "jet eta", "eta_jet", "etaj"),
    "phi": ("azim.", "azimuth angle", "phi angle", "phi value", "angle phi", "jet phi", "phij"),
    "m": (
        *("m_jet", "mjet", "jet m", "jet's mass"),
        *("M", "inv. mass", "mass m", "invariant jet mass"),
        *("weight", "mass value", "jet_mass", "jetmass", "mass (ungroomed)", "m_j", "mj"),
    ),
    "e": ("total energy", "en.", "ene", "E_jet", "energy E", "jet_e", "energy_jet", "ener"),
    "n": (
        *("constit.", "const.", "number of hadrons", "components", "particle number", "Nconst"),
        *("number of constit.", "constituent number", "nc"),
        *("N", "n_constituents", "ncon", "members"),
        *("num_constituents", "nparts", "particle content", "how many particles", "jet_n", "N_c"),
    ),
    "pt_lead": (
        *("top particle pT", "leading-particle pT", "hardest-particle pT", "lead particle pT"),
        *("pt of the top particle", "stiffest particle"),
        *("highest-pT particle", "ptlead", "pt_max"),
        *("pT of the stiffest constituent", "leading_particle_pt", "hardest_pt", "max pT inside"),
    ),
    "px": ("p_x component", "x-momentum", "momentum x", "mom_x"),
    "py": ("p_y component", "y-momentum", "momentum y", "mom_y"),
    "pz": ("p_z component", "z-momentum", "momentum z", "mom_z", "beam-axis momentum"),
    "m_jj": (
        *("M_jj", "Mjj", "M_12", "mass of the two-jet system", "total invariant mass", "m_dijet"),
        *("two-jet invariant mass", "mass of both jets together"),
        *("dijet_mass", "mass_jj", "M(jj)"),
        *("m_j1j2", "system mass", "invariant mass of jet 1 and jet 2", "mass of the resonance"),
        *("invariant mass of the two leading jets", "mdijet", "invariant mass of the candidate"),
    ),
    "dr_jj": (
        *("R distance", "opening angle dR", "distance in eta-phi", "jet-jet distance", "dR12"),
        *("dR_12", "angular separation of the jets", "separation in R"),
        *("ΔR12", "delta_r", "dR_j1j2"),
    ),
    "n_particles": (
        *("event multiplicity", "particles seen", "N_particles"),
        *("total N", "all particles", "ntot"),
        *("particles reconstructed in all", "total constituents of the event"),
        *("n_all", "N_event"),
        *("number of particles found", "overall particle count", "particle number of the event"),
    ),
}
"""Beside the vocabulary's own words, by the end of the quantity's name."""
OBJECTS: dict[str, tuple[str, ...]] = {
    "jet 1": (
        *("jet number one", "jet number 1", "no. 1 jet", "primary jet", "top jet in pT", "J1"),
        *("harder of the pair", "higher-pT jet", "main jet", "jet no 1", "jet_lead", "lead_jet"),
        *("leading_jet", "first_jet", "jet_0"),
        *("fatjet 1", "fat jet 1", "large-R jet 1", "hard jet"),
        *("leading large-R jet", "leading fat jet", "leading-pT jet"),
        *("number one", "jet-1", "jl"),
    ),
    "jet 2": (
        *("jet number two", "jet number 2", "no. 2 jet", "secondary jet", "runner-up jet", "J2"),
        *("softer of the pair", "lower-pT jet", "companion jet"),
        *("jet no 2", "jet_sub", "sub_jet"),
        *("subleading_jet", "second_jet", "fatjet 2"),
        *("fat jet 2", "large-R jet 2", "sublead_jet"),
        *("subleading large-R jet", "subleading fat jet"),
        *("second jet in pT", "number two", "jet-2"),
        *("opposite jet", "partner jet", "balancing jet", "recoil jet", "js"),
    ),
}
BESIDE = (
    *("run {}", "event {}", "evt {}", "at sqrt(s) = {} TeV", "R = {} jets", "see page {}"),
    *("bin {}", "fold {}", "probability {}", "score {}", "weight {}", "file {}", "seed {}"),
    *("a third jet at {} GeV", "trigger {}", "lumi block {}", "figure {}", "version {}"),
    *("missing energy {} GeV", "{} vertices"),
    *("lumi {}", "{} fb^-1", "an anti-kt R = {} clustering"),
    *("MET = {} GeV", "missing ET of {} GeV", "HT {} GeV", "H_T = {} TeV", "sqrt(s) {} TeV"),
    *("pileup {}", "<mu> = {}", "mu = {}", "npv {}", "event_id: {}", "row {}", "index {}"),
    *("a muon with pT {} GeV and eta {}", "electron pT {} GeV", "photon at {} GeV, eta {}"),
    *("b-tag score {}", "b-tag {}", "chi2/ndf = {}", "p-value {}", "cross section {} pb"),
    *("third jet: pT {} GeV, eta {}", "jet 3 pt {}"),
    *("a W would be at {} GeV", "Higgs mass {} GeV"),
    *("the top mass is {} GeV", "we cut at {} GeV", "threshold {} GeV", "trigger at {} GeV"),
    *("taken on {}.10.2018", "at {}:15 h", "{} events in the sample", "event {} of {}", "id={}"),
    *("jet radius {}", "cone {}", "efficiency {}"),
    *("loss {}", "AUC {}", "threshold {}", "step {}"),
    *("bunch crossing {}", "ls {}", "jet energy resolution {} %", "pT resolution {} GeV"),
    *("groomed pT {} GeV", "transverse mass {} GeV", "the resonance we look for is at {} TeV"),
    *("the sum of the pTs is {} GeV", "scalar sum of pT {} GeV", "average pT {} GeV"),
    *("mass resolution of {} GeV", "pT balance {}"),
    *("pT ratio {}", "mass ratio {}", "width {} GeV"),
    *("pT difference {} GeV", "thrust {}", "sphericity {}"),
    *("planarity {}", "charge {}", "ptD {}"),
    *("weight: {}", "genweight {}", "scale factor {}", "k-factor {}", "area {}", "jet area {}"),
    *("charged fraction {}", "EM fraction {}", "timing {} ns", "vertex z {} mm", "width {}"),
)
"""Of nothing that is asked for; each `{}` is a number."""
PLAIN = (
    *("we saw", "here is one more", "please have a look"),
    *("from my notes", "the event", "signal?"),
    *("thanks", "it looks like", "candidate", "reconstructed", "measured", "hello", "hi all"),
    *("in the detector", "interesting", "as before", "the values", "data", "from the display"),
    *("checked twice", "what do you think?", "see below", "as promised", "both jets are central"),
    *("back to back", "could be a W'", "no leptons"),
    *("clean event", "sorry for the typos", "cheers"),
    *("# selected", "// event"),
    *("anti-kt jets", "after selection", "is this signal or background?"),
    *("the jets are reconstructed with fastjet", "ungroomed"),
    *("natural units, c = 1", "--", "***"),
)
QUALIFIERS = (
    *("groomed ", "trimmed ", "pruned ", "soft-drop "),
    *("charged ", "transverse ", "average ", "mean "),
    *("expected ", "target ", "minimum ", "truth "),
    *("generated ", "W ", "top ", "Higgs ", "third-jet "),
    *("nominal ", "muon ", "electron ", "photon "),
    *("subjet ", "beam ", "threshold on the ", "cut on "),
    *("uncertainty of the ", "error on ", "resolution of the "),
    *("sum of ", "ratio of the ", "log "),
)
"""Before a quantity's word, they make it another quantity."""
BEHIND = (
    *(" resolution", " cut", " threshold", " error", " uncertainty", " ratio", " difference"),
    *(" window", " squared", " balance", " scale"),
    *(" after grooming", " shift", " width", " bias"),
)
"""The same behind it."""
