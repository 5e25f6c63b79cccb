//! ronin-store
