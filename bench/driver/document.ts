export async function writeDocument(_root: string): Promise<void> {}
