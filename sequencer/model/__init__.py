"""The mathematics: a Pyomo mixed-integer model of an instance, one constraint family a file."""
