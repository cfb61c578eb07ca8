"""Safety: exposures, cases, holds, and the question at the needle."""
