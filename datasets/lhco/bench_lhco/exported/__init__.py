"""Events of particles in the layouts that other tools read, a file each."""

from bench_lhco.exported.write import LAYOUTS, export_particles

__all__ = ["LAYOUTS", "export_particles"]
