/** Secrets in the form that `openssl rand -base64 32` writes. */
export const SECRET = 'mHnZzyiVqfNc2OhfhJCGVGIHPqHsyfoLuNLRnTH0RZ4=';
export const OLDER_SECRET = '7Yx0o7K1P4xjvZxJkz1qk3p0m1Wm1c0mX2x1n1J8bJQ=';
