export const elementaryFunctions: Readonly<Record<string, string>> = {
  exp_f: `fn @exp_f(x: {F}) -> {F} { return exp(x); }`,
  log_f: `fn @log_f(x: {F}) -> {F} { return log(x); }`,
  sin_f: `fn @sin_f(x: {F}) -> {F} { return sin(x); }`,
  cos_f: `fn @cos_f(x: {F}) -> {F} { return cos(x); }`,
  tanh_f: `fn @tanh_f(x: {F}) -> {F} { return tanh(x); }`,
  pow_f: `fn @pow_f(x: {F}, y: {F}) -> {F} { return pow(x, y); }`,
};
