//! ronin
