export async function drawGrowth(_root: string, _p: unknown, _n: unknown): Promise<void> {}
