//! ronin-api
