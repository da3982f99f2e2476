"""Every rule of the trial, as plain functions of facts and a moment; the standard library only."""
