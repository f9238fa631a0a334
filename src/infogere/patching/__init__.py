"""Version components, update plans, waves."""
