"""Safety on real servers, sessions in the test's hand: exposures and cases as they come up."""
