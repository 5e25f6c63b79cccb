//! ronin-testkit
