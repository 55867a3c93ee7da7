// Holds the precompiled header that the programs share.
